"""Charts (统计图): drawn on the page, with their tables, and the bar that somebody clicked."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from components import brand, roster
from components.chart_figure import figure
from components.roster import Heading
from services.files.columns import Column, SheetRow
from services.overview.chart import Chart

HEIGHT, A_BAR = 290, 21
_MONEY, _COUNT = "money", "integer"
_OPTIONS = {"displayModeBar": False, "locale": "zh-CN", "scrollZoom": False, "doubleClick": False}


def draw(chart: Chart, *, key: str, height: int) -> str | None:
    """Draw the chart so many pixels high; return the key of the bar that is chosen, if one is."""
    if chart.is_empty:
        brand.quiet("统计范围内没有数据。请放宽年月、管理部或单位性质。")
        return None
    event = st.plotly_chart(
        figure(chart, height), key=key, on_select="rerun", selection_mode="points", theme=None,
        config=_OPTIONS, width="stretch",
    )  # fmt: skip
    return _chosen(event, chart)


def height(charts: Sequence[Chart]) -> int:
    """Return how high charts side by side stand, in pixels: as the one with the most bars needs."""
    return max(A_BAR * len(chart.rows) + 90 if chart.is_across else HEIGHT for chart in charts)


def table(columns: Sequence[Column], rows: Sequence[SheetRow], *, key: str) -> None:
    """Draw a table of figures, 200 rows a page."""
    frame = pd.DataFrame(
        [
            [_cell(value, column) for value, column in zip(row, columns, strict=True)]
            for row in rows
        ],
        columns=[column.heading for column in columns],
    )
    headings = {
        column.heading: Heading(
            column.heading, is_money=column.kind == _MONEY, is_count=column.kind == _COUNT
        )
        for column in columns
    }
    roster.show(frame, headings, key=key, on_edit=None)


def _cell(value: object, column: Column) -> object:
    if column.kind in (_MONEY, _COUNT):
        return value
    return "" if value is None else str(value)


def _chosen(event: Any, chart: Chart) -> str | None:  # noqa: ANN401 — what the browser sends
    """Return the chosen bar's key, only where it is one of the chart's own."""
    points = event.get("selection", {}).get("points", []) if isinstance(event, dict) else []
    place = points[0].get("point_index") if points and isinstance(points[0], dict) else None
    if isinstance(place, int) and 0 <= place < len(chart.keys):
        return chart.keys[place]
    return None
