"""The hall's look: its name, its colours from the theme, its style sheet, its small pieces of HTML.

What people typed goes into HTML only through `escape`.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

import streamlit as st

HALL = "黔东南州住房公积金网上业务大厅"
EDITION = "单位版"
CENTER_EDITION = "中心版"
#: Forms are no wider, in pixels: fields that run across a wide screen are hard to read.
FORM_WIDTH = 960
_THEME = {
    "primary": "theme.primaryColor",
    "paper": "theme.backgroundColor",
    "shade": "theme.secondaryBackgroundColor",
    "ink": "theme.textColor",
    "line": "theme.borderColor",
    "green": "theme.greenColor",
    "amber": "theme.orangeColor",
    "red": "theme.redColor",
    "grey": "theme.grayColor",
    "font": "theme.font",
}


def colour(name: str) -> str:
    """Return one of the theme's values, for what is drawn outside the style sheet."""
    return str(st.get_option(_THEME[name]))


def safe(text: str) -> str:
    """Return what somebody typed, fit to stand in HTML."""
    return escape(text, quote=True)


@cache
def _style() -> str:
    colours = "".join(f"--hall-{name}:{st.get_option(key)};" for name, key in _THEME.items())
    sheet = Path(__file__).with_name("hall.css").read_text(encoding="utf-8")
    return f"<style>:root{{{colours}}}{sheet}</style>"


def style() -> None:
    """Put the style sheet on the page."""
    st.html(_style())


def link(label: str, address: str, *, is_primary: bool = False) -> None:
    """Draw a link that looks like a button and stays in this tab: a download, a way out."""
    kind = "hall-button primary" if is_primary else "hall-button"
    anchor = f'<a class="{kind}" href="{escape(address, quote=True)}">{escape(label)}</a>'
    st.html(anchor, width="content")


def title(text: str, sentence: str, guide: str = "") -> None:
    """Draw a page's title, one sentence on what it does, and the link to its part of the guide."""
    address = escape(f"{guide}?of={quote(text)}", quote=True)
    more = f' <a href="{address}">办理指南</a>' if guide else ""
    st.html(
        f'<header class="hall-title"><h1>{escape(text)}</h1><p>{escape(sentence)}{more}</p></header>'
    )


def facts(heading: str, items: list[tuple[str, str]]) -> None:
    """Draw a quiet card: each label above its value."""
    cells = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in items)
    st.html(f'<section class="hall-card"><h2>{escape(heading)}</h2><dl>{cells}</dl></section>')


def figures(items: list[tuple[str, str, str]]) -> None:
    """Draw figures in a row: label, value, and a class (“” or up, down, warn)."""
    cells = "".join(
        f'<div class="{escape(mark)}"><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>'
        for label, value, mark in items
    )
    st.html(f'<dl class="hall-figures">{cells}</dl>')


def measures(items: list[tuple[str, str, str, list[tuple[str, str, str]]]], month: str) -> None:
    """Draw key figures four in a row: label, value, what it means, and its changes.

    A change is a label, its words, and a mark: good, bad, or none.
    """
    cells = ""
    for label, value, meaning, changes in items:
        lines = "".join(
            f'<span class="{escape(mark)}">{escape(name)} <b>{escape(words)}</b></span>'
            for name, words, mark in changes
        )
        cells += (
            f'<div title="{escape(meaning, quote=True)}"><dt>{escape(label)}'
            f'<small>{escape(month)}</small></dt><dd>{escape(value)}</dd><dd class="beside">{lines}</dd></div>'
        )
    st.html(f'<dl class="hall-measures">{cells}</dl>')


def proofs(found: Sequence[tuple[str, int]]) -> None:
    """Draw a link to the evidence of each signed act: in words what was done, and the evidence's id."""
    with st.container(horizontal=True):
        for act, evidence_id in found:
            link(f"{act}签名证据", f"/download/evidence/{evidence_id}")


def label(text: str) -> None:
    """Draw a few words that name what stands beside them."""
    st.html(f'<p class="hall-label">{escape(text)}</p>', width="content")


def heading(text: str) -> None:
    """Draw a small heading within a page."""
    st.html(f'<p class="hall-heading">{escape(text)}</p>')


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Draw a plain table to be read."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    st.html(f'<table class="hall-table"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>')


def steps(names: list[str], current: int) -> None:
    """Draw the steps of a business as a thin line; `current` counts from 0."""
    marks = [
        "passed" if i < current else "current" if i == current else "" for i in range(len(names))
    ]
    items = "".join(
        f'<li class="{mark}"{" aria-current=step" if mark == "current" else ""}>'
        f"<b>{number}</b>{escape(name)}</li>"
        for number, (name, mark) in enumerate(zip(names, marks, strict=True), start=1)
    )
    st.html(f'<ol class="hall-steps">{items}</ol>')


def banner(text: str, kind: str = "info") -> None:
    """Draw a line that something blocks or waits: info, warn, stop or good."""
    st.html(f'<p class="hall-banner {escape(kind)}" role="status">{escape(text)}</p>')


def quiet(text: str) -> None:
    """Draw a calm grey line: what would stand here, and how to begin."""
    st.html(f'<p class="hall-quiet">{escape(text)}</p>')


def progress(text: str, share: float) -> None:
    """Draw how far something is: in words, and as a bar; `share` is from 0 to 1."""
    percent = round(100 * share)
    st.html(
        f'<div class="hall-progress" role="progressbar" aria-label="{escape(text)}" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}">'
        f'<p>{escape(text)}</p><div><i style="width:{percent}%"></i></div></div>'
    )
