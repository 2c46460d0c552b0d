"""The eight figures at the top (关键指标): a month's, with their change to last month and last year."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy.orm import Session

from services.overview import monthly
from services.overview.chart import share
from services.overview.scope import Scope
from services.rules.months import Month

Unit = Literal["元", "家", "人", "%"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `before` is last month's, `year_before` that of the same month a year ago."""

    label: str
    unit: Unit
    now: Decimal | None
    before: Decimal | None
    year_before: Decimal | None
    is_better_high: bool = True
    definition: str = ""


def months(scope: Scope) -> tuple[Month, ...]:
    """Return the month of the figures, the one before and that of a year before."""
    return scope.last, scope.last.plus(-1), scope.last.plus(-12)


def eight(session: Session, scope: Scope) -> list[Figure]:
    """Return the figures of the scope's last month."""
    wanted = months(scope)
    found = monthly.read(session, scope, wanted)
    totals = [found.by_month[month.number] for month in wanted]
    deferring = [len(found.deferred(month)) for month in wanted]
    unpaid = [max(row.due_units - row.booked_units, 0) for row in totals]
    left = monthly.balances(session, scope, wanted)

    def figure(label: str, unit: Unit, values: list[Decimal | int | None], definition: str,
               *, is_better_high: bool = True) -> Figure:  # fmt: skip
        now, before, year_before = (None if v is None else Decimal(v) for v in values)
        return Figure(label, unit, now, before, year_before, is_better_high, definition)

    return [
        figure("应归集额", "元", [t.due_amount for t in totals], "该月应汇缴的金额，缓缴不计"),
        figure("实归集额", "元", [t.collected for t in totals], "该月入账的全部汇缴和补缴"),
        figure("缴存率", "%", [share(t.booked_heads, t.due_heads) for t in totals],
               "该月实缴人数÷应缴人数"),
        figure("实缴单位", "家", [t.booked_units for t in totals], "该月汇缴已入账的单位"),
        figure("实缴职工", "人", [t.booked_heads for t in totals], "该月汇缴已入账的职工"),
        figure("未缴单位", "家", list(unpaid), "该月应缴而未入账的单位", is_better_high=False),
        figure("缓缴单位", "家", list(deferring), "已批准缓缴期覆盖该月的单位", is_better_high=False),
        figure("未分摊余额", "元", list(left), "月末已到账、尚未分摊入账的款项", is_better_high=False),
    ]  # fmt: skip


def default_scope(today: Month) -> Scope:
    """Return the twelve months to last month: the last that is whole."""
    return Scope(today.plus(-12), today.plus(-1))
