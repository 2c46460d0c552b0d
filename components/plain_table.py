"""A small table to read (表格): every row on the page, nothing to edit; numbers stand right."""

from collections.abc import Collection, Sequence
from html import escape

import streamlit as st

from components import long_codes

#: A cell of so many characters stays on one line.
SHORT = 20


def show(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Collection[int] = (),
    marked: Collection[int] = (),
    codes: Collection[int] = (),
) -> None:
    """Draw a table.

    `numbers` are the columns, counted from 0, whose cells are figures, `codes` those that machines
    have written; `marked` are the rows to notice.
    """
    head = "".join(
        f'<th class="{"number" if place in numbers else ""}" scope="col">{escape(text)}</th>'
        for place, text in enumerate(heads)
    )
    body = "".join(
        f'<tr class="{"marked" if place in marked else ""}">{_cells(row, numbers, codes)}</tr>'
        for place, row in enumerate(rows)
    )
    table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    st.html(f'<table class="hall-table plain">{table}</table>')


def _cells(row: Sequence[str], numbers: Collection[int], codes: Collection[int]) -> str:
    return "".join(
        f'<td class="{"number" if place in numbers else ""}'
        f'{" short" if len(long_codes.shortened(cell)) <= SHORT else ""}">'
        f"{f'<code>{long_codes.html(cell)}</code>' if place in codes else escape(cell)}</td>"
        for place, cell in enumerate(row)
    )
