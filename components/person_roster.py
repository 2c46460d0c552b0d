"""A roster of people to choose from (清册): search, rows to tick, 删除, 200 a page; nothing to edit."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from components import brand
from components.roster import EDGE, ROW, Heading
from services.rules import identity

A_PAGE = 200
TALLEST = 390
SEARCHED = ("name", "account", "mobile")


def show(
    frame: pd.DataFrame,
    headings: Mapping[str, Heading],
    *,
    key: str,
    on_delete: Callable[[list[str]], None] | None,
) -> list[str]:
    """Draw `frame` (with columns `account`, `name`, `id_number` whole); return the accounts ticked.

    `on_delete` is what 【删除】 does with them; None makes the roster one to look at.
    """
    search, delete, _ = st.columns((2, 1, 4), vertical_alignment="center")
    words = search.text_input(
        "查找", key=f"{key}_words", max_chars=20, label_visibility="collapsed",
        placeholder="按姓名或证件号后四位查找",
    )  # fmt: skip
    found = _page(_matching(frame, words), key)
    if found.empty:
        brand.quiet("没有符合条件的人员，请减少查找内容。")
        return []
    chosen = _table(found, headings, key, can_choose=on_delete is not None)
    if on_delete:
        label = f"删除（{len(chosen)}）" if chosen else "删除"
        if delete.button(
            label,
            disabled=not chosen,
            width="stretch",
            key=f"{key}_delete",
            help=None if chosen else "请先勾选需删除的行",
        ):
            on_delete(chosen)
    return chosen


def renew(key: str) -> None:
    """Forget what is ticked: the rows have moved."""
    st.session_state[f"{key}_round"] = st.session_state.get(f"{key}_round", 0) + 1


def _matching(frame: pd.DataFrame, words: str) -> pd.DataFrame:
    words = words.strip()
    if not words:
        return frame
    found = frame["id_number"].str.endswith(words.upper())
    for name in SEARCHED:
        if name in frame:
            found |= frame[name].str.contains(words, regex=False)
    return frame[found]


def _page(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    pages = -(-len(frame) // A_PAGE)
    if pages <= 1:
        return frame
    number = st.pagination(pages, key=f"{key}_page", on_change=renew, args=(key,))
    first = (min(number, pages) - 1) * A_PAGE
    return frame.iloc[first : first + A_PAGE]


def _table(
    frame: pd.DataFrame, headings: Mapping[str, Heading], key: str, *, can_choose: bool
) -> list[str]:
    accounts = list(frame["account"])
    shown = frame[list(headings)].assign(id_number=frame["id_number"].map(identity.masked))
    shown = shown.rename(columns={name: heading.label for name, heading in headings.items()})
    config = {heading.label: _column(heading) for heading in headings.values()}
    height = min(ROW * (len(shown) + 1) + EDGE, TALLEST)
    if not can_choose:
        st.dataframe(shown, column_config=config, hide_index=True, height=height)
        return []
    # The grid ticks by position: another selection of rows is another grid.
    grid = f"{key}_grid_{st.session_state.get(f'{key}_round', 0)}_{hash(tuple(accounts))}"
    event = st.dataframe(
        shown, column_config=config, hide_index=True, height=height, key=grid,
        on_select="rerun", selection_mode="multi-row",
    )  # fmt: skip
    return [accounts[row] for row in event.selection.rows if 0 <= row < len(accounts)]


def _column(heading: Heading) -> Any:  # noqa: ANN401 — Streamlit's column types have no common public name
    if heading.is_money:
        return st.column_config.NumberColumn(
            heading.label, format="%,.2f", width=heading.width, alignment="right"
        )
    return st.column_config.TextColumn(heading.label, width=heading.width)
