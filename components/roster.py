"""The roster (清册) as an editable table: 200 rows a page, one column open, rows to choose and delete.

What is typed is written down at once, so nothing unsaved can be lost; what the rules refuse is
said and the old value stays. Edits come from the browser by row position: they are matched to the
accounts of the very frame that was drawn, a grid of other rows is another grid, and only the
editable column is ever read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

A_PAGE = 200
ROW, EDGE, TALLEST = 31, 3, 460  # pixels: a row at the theme's font size, the borders, the most
CHOSEN = "选择"


@dataclass(frozen=True, slots=True)
class Heading:
    """How one column of the frame is shown."""

    label: str
    is_money: bool = False
    is_count: bool = False
    is_editable: bool = False
    width: int | None = None


def show(
    frame: pd.DataFrame,
    headings: dict[str, Heading],
    *,
    key: str,
    on_edit: Callable[[dict[str, Decimal]], None] | None,
    rows: int | None = None,
    tallest: int = TALLEST,
) -> list[str]:
    """Draw a page of `frame` (with a column `account`); return the accounts chosen.

    `headings` maps the frame's columns to how they look, in order. `on_edit` receives the accounts
    and the yuan typed for them; None makes the whole roster read-only. With `rows`, how many there
    are in all, `frame` is the page `turned_to` already.
    """
    part = _page(frame, key) if rows is None else frame
    if rows is not None:
        _turn(rows, key)
    names = list(headings)
    labels = pd.Index([h.label for h in headings.values()], dtype=object)  # quicker than text
    shown = (part if list(part.columns) == names else part[names]).set_axis(labels, axis=1)
    config = {h.label: _column(h) for h in headings.values()}
    if on_edit is None:
        st.dataframe(
            shown, column_config=config, hide_index=True, height=height(len(shown), tallest)
        )
        return []
    shown.insert(0, CHOSEN, np.zeros(len(shown), bool))
    config[CHOSEN] = _choice()
    fixed = [h.label for h in headings.values() if not h.is_editable]
    accounts: list[str] = part["account"].to_numpy().tolist()
    editor = f"{key}_grid_{st.session_state.get(f'{key}_round', 0)}_{hash(tuple(accounts))}"
    editable = next(h.label for h in headings.values() if h.is_editable)
    typed = st.data_editor(
        shown, column_config=config, disabled=fixed, hide_index=True, num_rows="fixed",
        key=editor, height=height(len(shown)), placeholder="—",
        on_change=_take, args=(editor, accounts, editable, on_edit),
    )  # fmt: skip
    return [
        account for account, is_chosen in zip(accounts, typed[CHOSEN], strict=False) if is_chosen
    ]


def renew(key: str) -> None:
    """Forget choices and edits: the rows under them have moved."""
    st.session_state[f"{key}_round"] = st.session_state.get(f"{key}_round", 0) + 1


def turned_to(key: str) -> int:
    """Return the page that she has turned to, from 1."""
    number = st.session_state.get(f"{key}_page", 1)
    return number if isinstance(number, int) else 1


def _page(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    first = (_turn(len(frame), key) - 1) * A_PAGE
    return frame.iloc[first : first + A_PAGE]


def _turn(rows: int, key: str) -> int:
    """Draw the pages' numbers where there are several; return the one turned to."""
    pages = max(1, -(-rows // A_PAGE))
    if pages == 1:
        return 1
    return min(st.pagination(pages, key=f"{key}_page", on_change=renew, args=(key,)), pages)


def _take(
    editor: str, accounts: list[str], editable: str, on_edit: Callable[[dict[str, Decimal]], None]
) -> None:
    """Hand on what was typed into the one open column; everything else a browser sends is ignored."""
    edits: dict[int, dict[str, Any]] = st.session_state[editor].get("edited_rows", {})
    typed = {}
    for position, cells in edits.items():
        if editable in cells and 0 <= int(position) < len(accounts):
            typed[accounts[int(position)]] = _yuan(cells[editable])
    if typed:
        on_edit(typed)


def _yuan(value: object) -> Decimal:
    """Read what the grid sends for a number; what is no number becomes zero, which no rule allows."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)


@lru_cache(1_000)  # widths follow what is found
def _column(heading: Heading) -> Any:  # noqa: ANN401 — Streamlit's column types have no common public name
    if heading.is_money:
        return _said(
            st.column_config.NumberColumn(
                heading.label, format="%,.2f", step=0.01, width=heading.width, alignment="right"
            )
        )
    if heading.is_count:
        return _said(
            st.column_config.NumberColumn(
                heading.label, format="%,d", width=heading.width, alignment="right"
            )
        )
    return _said(st.column_config.TextColumn(heading.label, width=heading.width))


@cache
def _choice() -> Any:  # noqa: ANN401 — as above
    return _said(st.column_config.CheckboxColumn(CHOSEN, width=64, pinned=True))


class _Settings(dict[str, Any]):
    """A column's settings: Streamlit copies them to set something of its own beside them, no deeper."""

    def __deepcopy__(self, _memo: object) -> dict[str, Any]:
        return dict(self)


def _said(config: Any) -> Any:  # noqa: ANN401 — as above
    """Leave out what a column's settings leave open: Streamlit copies and spells all of it anew."""
    if not isinstance(config, dict):
        return config
    return _Settings((name, _said(value)) for name, value in config.items() if value is not None)


def height(rows: int, tallest: int = TALLEST) -> int:
    """Return how tall a table of so many rows stands, in pixels, its headings included."""
    return min(ROW * (rows + 1) + EDGE, tallest)
