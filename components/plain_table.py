"""A small table to read (表格): every row on the page, nothing to edit; numbers stand right."""

from collections.abc import Collection, Sequence
from html import escape

import streamlit as st


def show(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[int] = ()
) -> None:
    """Draw a table; `numbers` are the columns, counted from 0, whose cells are figures."""
    head = "".join(
        f'<th class="{"number" if place in numbers else ""}" scope="col">{escape(text)}</th>'
        for place, text in enumerate(heads)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{"number" if place in numbers else ""}">{escape(cell)}</td>'
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    st.html(
        f'<table class="hall-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )
