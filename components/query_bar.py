"""A query's parts (查询): conditions that stay while the session lasts, what was found, the ways out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from components import brand, feedback, making, roster
from components.kept import keep
from components.roster import Heading
from data.enums import LabelledEnum
from services import outputs
from services.exports import Conditions, Listing
from services.files.columns import Column

_NARROW, _WIDE, _EDGES = 6.7, 13.6, 17  # pixels: a letter or figure, a Chinese one, both edges
_WIDEST = 260  # pixels: one long name must not push the other columns off the screen
_KINDS_MONEY = "money"
_CHINESE_FROM = 0x2E80
LONG_FROM = 3000  # rows: from here on the workbook is made with progress


@dataclass(frozen=True, slots=True)
class Tab:
    """One query of several on a page: which one it asks, its conditions in words."""

    name: str
    query: str
    day: str
    codes: Sequence[LabelledEnum]
    codes_label: str
    default: Callable[[], Conditions]
    begin: str
    """What stands there before the first query."""


def days(key: str, label: str, default: Conditions) -> tuple[date | None, date | None]:
    """Draw 开始日期 and 结束日期 side by side; return them, None where there is no limit."""
    for name, day in (("first", default.first), ("last", default.last)):
        keep(f"{key}_{name}", day)
    first = st.date_input(f"{label}起", key=f"{key}_first", format="YYYY-MM-DD", width=150)
    last = st.date_input(f"{label}止", key=f"{key}_last", format="YYYY-MM-DD", width=150)
    return _day(first), _day(last)


def ticks(key: str, label: str, codes: Sequence[LabelledEnum]) -> tuple[str, ...]:
    """Draw tick boxes; return the codes ticked."""
    st.html(f'<span class="hall-query-label">{brand.safe(label)}</span>', width="content")
    ticked = []
    for code in codes:
        keep(f"{key}_{code.value}", default=False)
        if st.checkbox(code.label, key=f"{key}_{code.value}"):
            ticked.append(code.value)
    return tuple(ticked)


def account(key: str, labels: dict[str, str]) -> str:
    """Draw the 个人账号 list, searched by typing; return the account chosen, "" for all."""
    keep(f"{key}_account", "")
    chosen = st.selectbox(
        "个人账号", ["", *labels], key=f"{key}_account", width=320,
        format_func=lambda number: labels.get(number, "全部"),
        help="可键入账号、姓名或证件号码后四位查找",
    )  # fmt: skip
    return str(chosen or "")


def asked(key: str, conditions: Conditions) -> Conditions | None:
    """Draw 【查询】; return what was asked for last, None before the first time."""
    name = f"{key}_asked_kept"
    if st.button("查询", type="primary", key=f"{key}_ask"):
        st.session_state[name] = conditions
        roster.renew(key)
    last = st.session_state.get(name)
    return last if isinstance(last, Conditions) else None


def ways_out(key: str, listing: Listing | None, query: str, asked: Conditions | None) -> None:
    """Draw 【打印】 and 【数据下载】, shut while there is nothing to take."""
    is_empty = listing is None or not listing.rows
    why = "请先查询到记录" if is_empty else None
    if st.button("打印", key=f"{key}_print", disabled=is_empty, help=why):
        making.preview(outputs.LISTING_PRINT, _arguments(query, asked), making.click())
    if listing and 0 < len(listing.rows) < LONG_FROM:
        brand.link("数据下载", f"/download/export/{query}?{asked.query_string if asked else ''}")
    elif st.button("数据下载", key=f"{key}_save", disabled=is_empty, help=why):
        making.save(outputs.LISTING_EXPORT, _arguments(query, asked), making.click())


def _arguments(query: str, asked: Conditions | None) -> dict[str, str]:
    return {"query": query, "conditions": asked.query_string if asked else ""}


def found(key: str, listing: Listing, nothing: str) -> None:
    """Draw what was found: the total in words, the rows 200 a page; or what to loosen."""
    if not listing.rows:
        brand.quiet(nothing)
        return
    st.markdown(
        f"**共{len(listing.rows)}条记录**　合计：{feedback.plain(listing.sentence)}　"
        f":gray[{feedback.plain(listing.conditions)}]"
    )
    frame = pd.DataFrame([_cells(row, listing.columns) for row in listing.on_screen])
    frame.columns = pd.Index([column.heading for column in listing.columns])
    headings = {column.heading: _heading(column, frame) for column in listing.columns}
    roster.show(frame, headings, key=key, on_edit=None)


def _heading(column: Column, frame: pd.DataFrame) -> Heading:
    """Make a column as wide as the longest of what stands in it, so that more of them are seen."""
    cells = frame[column.heading]
    if column.kind == _KINDS_MONEY:
        longest = f"{max(cells.dropna(), default=0):,.2f}"
        return Heading(column.heading, is_money=True, width=_width(column.heading, longest))
    return Heading(column.heading, width=_width(column.heading, max(cells, key=len, default="")))


def _width(*texts: str) -> int:
    longest = max(
        round(sum(_WIDE if ord(sign) >= _CHINESE_FROM else _NARROW for sign in text))
        for text in texts
    )
    return min(_EDGES + longest, _WIDEST)


def _cells(row: Sequence[Any], columns: Sequence[Column]) -> list[Any]:
    return [
        cell if column.kind == _KINDS_MONEY else "" if cell is None else str(cell)
        for cell, column in zip(row, columns, strict=True)
    ]


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None
