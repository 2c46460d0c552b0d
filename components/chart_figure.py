"""A chart's figure (统计图形): its shape drawn with plotly.

Amounts are drawn in 万元 and hovered in full. Colours and their order are the theme's; neighbours
differ in lightness and dash too, so that a print in grey still tells them apart.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from components import brand
from services.overview.chart import AMOUNT, SHARE, WAN, Chart, Trace

A_FEW = 5
_MONTH = re.compile(r"\d{4}-\d{2}")
_MOST_MONTHS = 14
#: Where each way of drawing stands among the theme's chart colours.
_COLOURS = {"bar": 0, "light bar": 1, "line": 2, "dashed line": 3, "grey bar": 4}


def figure(chart: Chart, height: int) -> go.Figure:
    """Return the chart as plotly draws it.

    Plotly judges every property anew, which costs more than all the questions behind the page: the
    figure of a chart that is still the same, to the last figure in it, is the one drawn before.
    """
    return _built(_Content(repr(chart), chart), height)


@dataclass(frozen=True, slots=True)
class _Content:
    """A chart that equals every other that shows the same."""

    words: str
    chart: Chart = field(compare=False)


@lru_cache(maxsize=60)  # nobody's: a chart is totals alone
def _built(content: _Content, height: int) -> go.Figure:
    chart = content.chart
    labels = [str(row[0]) for row in chart.rows]
    traces = [_trace(chart, trace, labels) for trace in chart.traces]
    return go.Figure(data=traces, layout=_layout(chart, labels, height))


def _trace(chart: Chart, trace: Trace, labels: list[str]) -> go.Bar | go.Scatter:
    place = chart.place(trace.heading)
    values = [_drawn(row[place], trace) for row in chart.rows]
    colour = _palette()[_COLOURS[trace.how]]
    along = {"x": values, "y": labels} if chart.is_across else {"x": labels, "y": values}
    common = {
        **along,
        "name": trace.heading,
        "customdata": [
            (label, _whole(row[place], trace))
            for label, row in zip(labels, chart.rows, strict=True)
        ],
        "hovertemplate": f"%{{customdata[0]}}<br>{trace.heading}：%{{customdata[1]}}<extra></extra>",
    }
    if trace.how.endswith("bar"):
        return go.Bar(
            **common, orientation="h" if chart.is_across else "v",
            marker={"color": colour, "line": {"width": 0}},
            selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 0.45}},
        )  # fmt: skip
    # a line between what does not follow one another in time would say that it does
    is_course = all(map(_MONTH.fullmatch, labels))
    return go.Scatter(
        **common, mode="lines+markers" if is_course else "markers", yaxis="y2" if trace.is_second else "y",
        line={"color": colour, "width": 2, "dash": "dot" if "dashed" in trace.how else "solid"},
        marker={"color": colour, "size": 6 if is_course else 10},
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 0.45}},
    )  # fmt: skip


def _drawn(value: object, trace: Trace) -> float | None:
    """Return how far a bar reaches: only the drawing is in floats."""
    if not isinstance(value, (int, Decimal)):
        return None
    return float(Decimal(value) / WAN) if trace.unit == AMOUNT else float(value)


def _whole(value: object, trace: Trace) -> str:
    """Return the full figure for the hover."""
    if not isinstance(value, (int, Decimal)):
        return "—"
    if trace.unit == AMOUNT:
        return f"{value:,.2f}元"
    return f"{value:,}{trace.unit}"


def _layout(chart: Chart, labels: list[str], height: int) -> dict[str, Any]:
    ink, line = brand.colour("ink"), brand.colour("line")
    axis: dict[str, Any] = {
        "gridcolor": line,
        "zerolinecolor": line,
        "rangemode": "tozero",
        "tickformat": ",",
    }
    figures = dict(axis)
    names = {"type": "category", "automargin": True, "linecolor": line, "showgrid": False}
    whole = {"tick0": 0, "dtick": 1}  # no half employers on a short axis
    first = [trace for trace in chart.traces if not trace.is_second]
    second = [trace for trace in chart.traces if trace.is_second]
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 26 if chart.marks else 8, "b": 8},
        "font": {"family": brand.colour("font"), "size": 12, "color": ink},
        "paper_bgcolor": brand.colour("paper"), "plot_bgcolor": brand.colour("paper"),
        "barmode": "stack" if chart.is_stacked else "group", "bargap": 0.28,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "hoverlabel": {"font": {"family": brand.colour("font")}, "bgcolor": brand.colour("paper")},
        "separators": ".,", "dragmode": False, "clickmode": "event+select",
        "showlegend": len(chart.traces) > 1,
    }  # fmt: skip
    if _is_short(chart, first):
        figures |= whole
    if chart.is_across:
        layout["yaxis"] = names | {"autorange": "reversed"}
        layout["xaxis"] = figures | {"title": {"text": _axis(first)}, "automargin": True}
    else:
        layout["xaxis"] = names | {"tickfont": {"size": 11}} | _ticks(chart, labels)
        layout["yaxis"] = figures | {"title": {"text": _axis(first)}, "automargin": True}
    if second:
        layout["yaxis2"] = axis | {
            "title": {"text": _axis(second)}, "overlaying": "y", "side": "right",
            "showgrid": False, "automargin": True,
            **(whole if _is_short(chart, second) else {"tickmode": "auto", "nticks": 6}),
        }  # fmt: skip
    layout["shapes"], layout["annotations"] = _marks(chart, labels)
    layout["annotations"] += _blanks(chart, labels)
    return layout


def _ticks(chart: Chart, labels: list[str]) -> dict[str, Any]:
    """Return what stands under the bars where the labels are too long for that."""
    if all(_MONTH.fullmatch(label) for label in labels):
        every = 1 if len(labels) <= _MOST_MONTHS else 3
        shown = [label for label in labels if (int(label[5:]) - 1) % every == 0]
        words = [_month(label, is_first=place == 0) for place, label in enumerate(shown)]
        return {"tickvals": shown, "ticktext": words, "tickangle": 0}
    if chart.ticks:
        return {
            "tickvals": labels, "ticktext": list(chart.ticks), "tickangle": 0,
            "title": {"text": chart.along},
        }  # fmt: skip
    return {}


def _month(label: str, *, is_first: bool) -> str:
    """Return a month's number, the year below it where it begins."""
    number = int(label[5:])
    return f"{number}月<br>{label[:4]}年" if is_first or number == 1 else f"{number}月"


def _is_short(chart: Chart, traces: Sequence[Trace]) -> bool:
    """Tell whether an axis counts things, and so few that ticks would fall between them."""
    if traces[0].unit:
        return False
    places = [chart.place(trace.heading) for trace in traces]
    counted = [value for row in chart.rows for value in (row[place] for place in places)]
    return max((value for value in counted if isinstance(value, int)), default=0) <= A_FEW


def _axis(traces: Sequence[Trace]) -> str:
    """Return an axis's title: its unit, or what is counted on it."""
    trace = traces[0]
    if trace.unit:
        return {AMOUNT: "金额（万元）", SHARE: "占比（%）"}.get(trace.unit, f"时长（{trace.unit}）")
    return "单位（家）" if "单位" in trace.heading or "调整" in trace.heading else "职工（人）"


def _marks(chart: Chart, labels: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return lines and their words where the chart marks a label."""
    red = brand.colour("red")
    lines = [
        {"type": "line", "xref": "x", "yref": "paper", "x0": labels.index(label), "y0": 0,
         "x1": labels.index(label), "y1": 1, "line": {"color": red, "width": 1.5, "dash": "dash"}}
        for label, _ in chart.marks
    ]  # fmt: skip
    words = [
        {"xref": "x", "yref": "paper", "x": labels.index(label), "y": 1, "text": text,
         "showarrow": False, "xanchor": "right" if place else "left", "yanchor": "bottom",
         "font": {"color": red}}
        for place, (label, text) in enumerate(chart.marks)
    ]  # fmt: skip
    return lines, words


def _blanks(chart: Chart, labels: list[str]) -> list[dict[str, Any]]:
    """Return a word where a bar across has nothing to show: not nought, but nothing counted."""
    if not chart.is_across:
        return []
    places = [chart.place(trace.heading) for trace in chart.traces]
    return [
        {"xref": "x", "yref": "y", "x": 0, "y": label, "text": "期内没有", "showarrow": False,
         "xanchor": "left", "xshift": 4, "font": {"color": brand.colour("grey")}}
        for label, row in zip(labels, chart.rows, strict=True)
        if all(row[place] is None for place in places)
    ]  # fmt: skip


def _palette() -> list[str]:
    colours = st.get_option("theme.chartCategoricalColors")
    return [str(colour) for colour in colours]
