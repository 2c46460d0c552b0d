"""A list of entries (业务列表): a row an entry, its buttons at the end, drawn with few elements."""

from collections.abc import Collection, Sequence
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

BUTTONS = 1.5  # the share of the width that the buttons take, in the unit of the columns' shares


def head(
    headings: Sequence[str], shares: Sequence[float], *, numbers: Collection[int] = ()
) -> None:
    """Draw the headings; the last one stands over the buttons.

    `numbers` are the columns, counted from 0, whose cells are figures: they stand right.
    """
    *names, last = headings
    st.html(
        f'<div class="hall-entry-head"><div class="hall-entry" style="flex:{sum(shares)} 0 0">'
        f'{_cells(names, shares, numbers)}</div><span style="flex:{BUTTONS} 0 0">{escape(last)}</span></div>'
    )


def row(
    cells: Sequence[str], shares: Sequence[float], *, numbers: Collection[int] = ()
) -> DeltaGenerator:
    """Draw one entry and return the place for its buttons."""
    text, buttons = st.columns((sum(shares), BUTTONS), gap=None, vertical_alignment="center")
    text.html(f'<div class="hall-entry">{_cells(cells, shares, numbers)}</div>')
    return buttons.container(horizontal=True, gap="small")


def _cells(cells: Sequence[str], shares: Sequence[float], numbers: Collection[int]) -> str:
    return "".join(
        f'<span class="{"number" if place in numbers else ""}" style="flex:{share} 0 0">'
        f"{escape(cell)}</span>"
        for place, (cell, share) in enumerate(zip(cells, shares, strict=True))
    )
