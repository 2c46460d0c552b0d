"""Charts of what comes in (归集): amounts due and collected, units and people, branches ranked."""

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.base import YuanType
from data.enums import Branch
from data.models.summary import CashSummary, MonthSummary
from services.files.columns import SheetRow
from services.overview import monthly
from services.overview.chart import AMOUNT, COUNT, Chart, Trace, count, money, share, text
from services.overview.scope import Scope
from services.rules import clock

DUE = "应归集额：已核定的月度按核定额，未核定的按该月正常缴存人现在的月缴存额，缓缴月度不计。"


def amounts(session: Session, scope: Scope) -> Chart:
    """Return chart 1: due and collected month by month, beside the same months a year before."""
    found = monthly.read(session, scope, [*scope.months, *scope.year_before.months]).by_month
    rows: list[SheetRow] = []
    for month in scope.months:
        now, before = found[month.number], found[month.plus(-12).number]
        rows.append((
            str(month), now.due_amount, now.collected, before.due_amount, before.collected,
            share(now.collected, now.due_amount),
        ))  # fmt: skip
    return Chart(
        "amounts",
        "每月应归集多少，实际归集多少？",
        f"{DUE}实归集额：当月入账的全部汇缴和补缴。",
        as_of(),
        (
            text("年月"), money("应归集额"), money("实归集额"), money("上年同月应归集额"),
            money("上年同月实归集额"), money("归集率(%)"),
        ),
        rows,
        [str(month.number) for month in scope.months],
        (
            Trace("应归集额", "light bar", AMOUNT),
            Trace("实归集额", "bar", AMOUNT),
            Trace("上年同月应归集额", "dashed line", AMOUNT),
            Trace("上年同月实归集额", "line", AMOUNT),
        ),
    )  # fmt: skip


def heads(session: Session, scope: Scope) -> Chart:
    """Return chart 2: how many employers and people were due, and how many paid."""
    found = monthly.read(session, scope, scope.months).by_month
    rows: list[SheetRow] = []
    for month in scope.months:
        now = found[month.number]
        rows.append((
            str(month), now.due_units, now.booked_units, now.due_heads, now.booked_heads,
            share(now.booked_heads, now.due_heads),
        ))  # fmt: skip
    return Chart(
        "heads",
        "有多少单位和职工应缴、实缴？",
        "应缴：该月应汇缴的单位和人数，缓缴不计；实缴：该月汇缴已入账的单位和人数；缴存率＝实缴人数÷应缴人数。",
        as_of(),
        (
            text("年月"), count("应缴单位数"), count("实缴单位数"), count("应缴人数"),
            count("实缴人数"), money("缴存率(%)"),
        ),
        rows,
        [str(month.number) for month in scope.months],
        (
            Trace("应缴人数", "light bar", COUNT),
            Trace("实缴人数", "bar", COUNT),
            Trace("应缴单位数", "dashed line", COUNT, is_second=True),
            Trace("实缴单位数", "line", COUNT, is_second=True),
        ),
    )  # fmt: skip


def branches(session: Session, scope: Scope) -> Chart:
    """Return chart 4: the branches by what they collected in the scope's months."""
    numbers = [month.number for month in scope.months]
    collected = dict(
        session.execute(
            select(CashSummary.branch, func.sum(CashSummary.collected, type_=YuanType()))
            .where(CashSummary.month.in_(numbers), *scope.of(CashSummary.branch, CashSummary.kind))
            .group_by(CashSummary.branch)
        ).all()
    )
    booked = _booked(session, scope, numbers)
    ranked = sorted(
        (branch for branch in Branch if scope.branch in (None, branch)),
        key=lambda branch: (-collected.get(branch, Decimal(0)), branch.value),
    )
    rows: list[SheetRow] = [
        (
            branch.label, collected.get(branch, monthly.NOTHING), *booked.get(branch, (0, monthly.NOTHING)),
            share(collected.get(branch, Decimal(0)), sum(collected.values(), Decimal(0))),
        )
        for branch in ranked
    ]  # fmt: skip
    return Chart(
        "branches",
        "哪些管理部归集得多？",
        "实归集额：统计年月内入账的全部汇缴和补缴，按单位所属管理部合计；汇缴笔数：所属年月在统计范围内的已入账月度数。",
        as_of(),
        (text("管理部"), money("实归集额"), count("汇缴笔数"), money("汇缴金额"), money("占比(%)")),
        rows,
        [branch.value for branch in ranked],
        (Trace("实归集额", "bar", AMOUNT),),
        is_across=True,
    )


def _booked(
    session: Session, scope: Scope, numbers: list[int]
) -> dict[Branch, tuple[int, Decimal]]:
    table = MonthSummary
    found = session.execute(
        select(
            table.branch,
            func.sum(table.booked_units),
            func.sum(table.booked_amount, type_=YuanType()),
        )
        .where(table.month.in_(numbers), *scope.of(table.branch, table.kind))
        .group_by(table.branch)
    )
    return {branch: (int(units), amount) for branch, units, amount in found}


def as_of() -> str:
    """Return the day of the figures, in words: they are read at the moment of asking."""
    return f"截至{clock.today()}"
