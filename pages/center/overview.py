"""The managers' page (统计图表): eight figures, ten charts two by two, one filter bar for all."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from components import brand, charts, feedback, session
from components.kept import keep
from data.codes import EmployerKind
from data.enums import Branch
from services import queries
from services.actor import Actor
from services.overview import board
from services.overview.chart import Chart
from services.overview.figures import Figure
from services.overview.scope import MOST_MONTHS, Scope, this_month
from services.rules.months import HpfYear, Month

TITLE = "首页"
ICON = ":material/monitoring:"
KEY = "overview"
OWN = "自选年月"
ALL = "全部"
SAME = Decimal("0.0005")


def render(actor: Actor) -> None:
    brand.title("归集总览", "全州住房公积金归集情况；点击图中的柱或点，查看背后的单位。")
    scope = _filters(board.default_scope(actor))
    with feedback.refusals():
        drawn = board.page(actor, scope)
        _figures(drawn.figures, scope)
        for pair in zip(drawn.charts[::2], drawn.charts[1::2], strict=True):
            _pair(actor, pair, scope)


def _filters(default: Scope) -> Scope:
    """Draw the one filter bar; what is chosen stays while the session lasts."""
    latest = this_month()
    months = latest.plus(1 - 2 * MOST_MONTHS).through(latest)[::-1]
    years = _years(latest)
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{KEY}_filters"):
        keep(f"{KEY}_year", OWN)
        year = st.selectbox("缴存年度", [OWN, *years], key=f"{KEY}_year", width=150)
        if year == OWN:
            keep(f"{KEY}_first", default.first)
            keep(f"{KEY}_last", default.last)
            first = st.selectbox("起始年月", months, key=f"{KEY}_first", width=130)
            last = st.selectbox("截止年月", months, key=f"{KEY}_last", width=130)
        else:
            first, last = years[year].first, min(years[year].last, latest)
        keep(f"{KEY}_branch", ALL)
        branch = st.selectbox(
            "管理部", [ALL, *Branch], key=f"{KEY}_branch", format_func=_label, width=160
        )
        keep(f"{KEY}_kind", ALL)
        kind = st.selectbox(
            "单位性质", [ALL, *EmployerKind], key=f"{KEY}_kind", format_func=_label, width=180
        )
    return Scope(
        first, last, branch if isinstance(branch, Branch) else None,
        kind if isinstance(kind, EmployerKind) else None,
    )  # fmt: skip


def _years(latest: Month) -> dict[str, HpfYear]:
    """Return the last HPF years by name, the latest first."""
    current = HpfYear.of(latest)
    found = [HpfYear(current.first.plus(-12 * back)) for back in range(3)]
    return {year.label: year for year in found}


def _label(option: Branch | EmployerKind | str) -> str:
    return option.label if isinstance(option, (Branch, EmployerKind)) else option


def _figures(figures: list[Figure], scope: Scope) -> None:
    brand.measures(
        [
            (
                figure.label, _value(figure), figure.definition,
                [
                    _change("较上月", figure, figure.before),
                    _change("较上年同月", figure, figure.year_before),
                ],
            )
            for figure in figures
        ],
        f"{scope.last.label}",
    )  # fmt: skip


def _value(figure: Figure) -> str:
    if figure.now is None:
        return "—"
    if figure.unit == "元":
        return f"{figure.now / 10_000:,.2f}万元"
    return f"{figure.now:,}{figure.unit}"


def _change(label: str, figure: Figure, before: Decimal | None) -> tuple[str, str, str]:
    """Return a change as label, words and mark (good, bad or none)."""
    if figure.now is None or before is None:
        return label, "—", ""
    change = figure.now - before
    if not change or (figure.unit == "元" and before and abs(change) / before < SAME):
        return label, "持平", ""
    arrow, size = "↑" if change > 0 else "↓", abs(change)
    if figure.unit == "%":
        words = f"{size:.2f}个百分点"
    elif figure.unit != "元":
        words = f"{size:,}{figure.unit}"
    else:
        words = f"{size / before * 100:,.1f}%" if before else f"{size / 10_000:,.2f}万元"
    return label, arrow + words, "good" if (change > 0) == figure.is_better_high else "bad"


@session.fragment
def _pair(actor: Actor, pair: Sequence[Chart], scope: Scope) -> None:
    """Draw two charts, and below them, as wide as the page, their tables and the employers behind a bar.

    A click draws these two again, as they were read, and no others.
    """
    height = charts.height(pair)
    chosen: dict[str, str | None] = {}
    for place, chart in zip(st.columns(2, gap="small"), pair, strict=True):
        with place.container(border=True, key=f"chart_{chart.name}", height="stretch"):
            chosen[chart.name] = _chart(chart, scope, height)
    for chart in pair:
        if st.session_state.get(f"{KEY}_{chart.name}_table"):
            st.markdown(f"**{chart.title}**　:gray[{chart.as_of}]")
            charts.table(chart.columns, chart.rows, key=f"{KEY}_{chart.name}_rows")
        if key := chosen[chart.name]:
            with st.container(key=f"behind_{chart.name}"):
                _behind(actor, chart.name, scope, key)


def _chart(chart: Chart, scope: Scope, height: int) -> str | None:
    """Draw one chart; return the bar that is chosen."""
    name = chart.name
    note = f"　**{chart.note}**" if chart.note else ""
    st.markdown(f"**{chart.title}**　:gray[{chart.as_of}]{note}")
    chosen = charts.draw(chart, key=f"{KEY}_{name}_{scope.words}", height=height)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("口径", icon=":material/info:", key=f"{KEY}_{name}_about"):
            st.write(chart.definition)
        st.toggle("数据表", key=f"{KEY}_{name}_table")
        brand.link("导出Excel", _address(name, scope))
    return chosen


def _behind(actor: Actor, name: str, scope: Scope, chosen: str) -> None:
    found = board.behind(actor, name, scope, chosen)
    _point_to(f"{found.title}共{len(found.rows)}家，名单在图下方", name, scope, chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{found.title}**　共{len(found.rows)}家")
        if found.rows:
            brand.link("导出名单", _address(name, scope, chosen))
    if found.rows:
        charts.table(found.columns, found.rows, key=f"{KEY}_{name}_behind")
    else:
        brand.quiet("没有单位。")


def _point_to(text: str, name: str, scope: Scope, chosen: str) -> None:
    """Say once where the list stands: on a small screen it begins below the edge."""
    told = f"{KEY}_{name}_told"
    if st.session_state.get(told) != (scope.words, chosen):
        st.session_state[told] = (scope.words, chosen)
        st.toast(feedback.plain(text), icon=":material/arrow_downward:")


def _address(name: str, scope: Scope, key: str = "") -> str:
    return f"/download/export/{queries.OVERVIEW}{name}?{scope.conditions(key).query_string}"
