"""The flow chart (流程图) as a picture: passed stages filled, the current one outlined, coming grey.

Below it stand the same facts as a table, for readers of screens and for whoever wants every time.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from unicodedata import east_asian_width

import streamlit as st

from components import brand
from services.approval.history import Progress, Stage

STAGE, MARGIN, MARK, LINE = (
    216,
    16,
    18,
    20,
)  # pixels: a stage's width, the edge, a mark, a text line
COLUMNS = 26  # half-width characters that fit below a mark
_SIGNS = {
    Progress.PASSED: "M-5 0 L-1.5 3.5 L5 -3.5",
    Progress.TURNED_BACK: "M-4 -4 L4 4 M4 -4 L-4 4",
}
_HEADS = ("环节", "办理人", "结果", "审批意见", "到达时间", "办理时间", "签名")


def show(stages: Sequence[Stage]) -> None:
    """Draw the flow chart of a case, and below it the table of its steps."""
    described = "，".join(f"{stage.title}{stage.outcome}" for stage in stages)
    st.image(picture(stages), width="content", alt=f"流程图：{described}")
    st.html(_table(stages))


def picture(stages: Sequence[Stage]) -> str:
    """Return the flow chart as SVG."""
    texts = [_texts(stage) for stage in stages]
    width = STAGE * len(stages) + MARGIN
    height = 62 + LINE * max(len(lines) for lines in texts)
    drawn = "".join(
        f'<g transform="translate({MARGIN + STAGE * place} {MARGIN + 4})">'
        f"{_line(stage) if place < len(stages) - 1 else ''}{_mark(stage)}{_words(stage, lines)}</g>"
        for place, (stage, lines) in enumerate(zip(stages, texts, strict=True))
    )
    font = brand.colour("font").replace('"', "'")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{font}" font-size="13">{drawn}</svg>'
    )


def _texts(stage: Stage) -> list[str]:
    lines = [text for text in (stage.who, stage.outcome) if text]
    if stage.opinion:
        lines.append(f"意见：{stage.opinion}")
    if stage.taken_at:
        lines.append(moment(stage.taken_at))
    return [part for line in lines for part in _wrapped(line)]


def _wrapped(text: str) -> list[str]:
    """Break a line where it is full; Chinese characters take two columns."""
    lines, room = [""], COLUMNS
    for mark in text:
        needed = 2 if east_asian_width(mark) in "WF" else 1
        if room < needed:
            lines, room = [*lines, ""], COLUMNS
        lines[-1] += mark
        room -= needed
    return lines


def _line(stage: Stage) -> str:
    is_past = stage.progress in (Progress.PASSED, Progress.TURNED_BACK)
    colour = brand.colour("green" if is_past else "line")
    dashes = "" if is_past else ' stroke-dasharray="5 4"'
    return f'<path d="M26 0 H{STAGE - 8}" stroke="{colour}" stroke-width="2"{dashes}/>'


def _mark(stage: Stage) -> str:
    fill, stroke = {
        Progress.PASSED: (brand.colour("green"), brand.colour("green")),
        Progress.TURNED_BACK: (brand.colour("red"), brand.colour("red")),
        Progress.CURRENT: (brand.colour("paper"), brand.colour("primary")),
        Progress.COMING: (brand.colour("shade"), brand.colour("line")),
    }[stage.progress]
    circle = f'<circle cx="11" r="10" fill="{fill}" stroke="{stroke}" stroke-width="2"/>'
    if stage.progress is Progress.CURRENT:
        return circle + f'<circle cx="11" r="4" fill="{stroke}"/>'
    if sign := _SIGNS.get(stage.progress):
        return circle + (
            f'<path transform="translate(11 0)" d="{sign}" fill="none" '
            f'stroke="{brand.colour("paper")}" stroke-width="2"/>'
        )
    return circle


def _words(stage: Stage, lines: Sequence[str]) -> str:
    title = {
        Progress.CURRENT: brand.colour("primary"),
        Progress.TURNED_BACK: brand.colour("red"),
        Progress.COMING: brand.colour("grey"),
    }.get(stage.progress, brand.colour("ink"))
    body = brand.colour("grey" if stage.progress is Progress.COMING else "ink")
    words = (
        f'<text y="32" fill="{title}" font-weight="600" font-size="14">{escape(stage.title)}</text>'
    )
    return words + "".join(
        f'<text y="{52 + LINE * place}" fill="{body}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    )


def _table(stages: Sequence[Stage]) -> str:
    rows = "".join(
        _row(
            stage.title, stage.who, stage.outcome, stage.opinion,
            moment(stage.arrived_at), moment(stage.taken_at), evidence_id=stage.evidence_id,
        )
        for stage in stages
    )  # fmt: skip
    heads = "".join(f"<th>{head}</th>" for head in _HEADS)
    top = f"<thead><tr>{heads}</tr></thead>"
    return f'<table class="hall-table course">{top}<tbody>{rows}</tbody></table>'


def _row(*cells: str, evidence_id: int | None) -> str:
    proof = f'<a href="/download/evidence/{evidence_id}">签名证据</a>' if evidence_id else ""
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + f"<td>{proof}</td></tr>"


def moment(at: datetime | None) -> str:
    """Return a moment as all pages show it."""
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
