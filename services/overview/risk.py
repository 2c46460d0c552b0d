"""Charts of what is not paid (缓缴与欠缴): deferrals month by month, arrears by their length."""

from decimal import Decimal

from sqlalchemy.orm import Session

from data.models.register import Employer
from services import arrears
from services.arrears import Behind
from services.files.columns import SheetRow
from services.overview import monthly
from services.overview.chart import AMOUNT, COUNT, Chart, Trace, count, money, text
from services.overview.collection import as_of
from services.overview.scope import Scope, this_month
from services.rules.months import Month

AHEAD = 12
#: Months in arrears, from and to; None is no end.
LENGTHS: tuple[tuple[int, int | None], ...] = ((1, 1), (2, 2), (3, 3), (4, 6), (7, 12), (13, None))


def deferrals(session: Session, scope: Scope) -> Chart:
    """Return chart 7: employers that defer, month by month to the last month granted."""
    granted = monthly.deferrals(session, scope, scope.first, this_month().plus(AHEAD))
    last = max((max(d.months) for d in granted if d.months), default=scope.last.number)
    months = scope.first.through(max(scope.last, Month.of(last)))
    found = monthly.Months(deferrals=granted)
    rows: list[SheetRow] = []
    for month in months:
        there = found.deferred(month)
        ending = sum(1 for d in there if d.is_running and d.last == month)
        rows.append((
            str(month), len(there), sum(d.heads for d in there),
            sum((d.amount for d in there), monthly.NOTHING), ending,
        ))  # fmt: skip
    soon = {d.employer_id for d in granted if d.is_running and d.last <= this_month().plus(1)}
    return Chart(
        "deferrals",
        "有多少单位缓缴，影响多大？",
        "已批准缓缴期覆盖该月的单位，人数和金额为其现有正常缴存人及月缴存额；含已批准的未来月度。",
        as_of(),
        (
            text("年月"), count("缓缴单位数"), count("涉及职工数"), money("缓缴金额"),
            count("当月到期单位数"),
        ),
        rows,
        [str(month.number) for month in months],
        (
            Trace("缓缴金额", "bar", AMOUNT),
            Trace("缓缴单位数", "line", COUNT, is_second=True),
        ),
        note=f"下月底前到期{len(soon)}家" if soon else "",
    )  # fmt: skip


def behind(session: Session, scope: Scope) -> Chart:
    """Return chart 8: employers in arrears by how many months."""
    found = overdue(session, scope)
    rows: list[SheetRow] = []
    for first, last in LENGTHS:
        there = [row for row in found if is_within(row, first, last)]
        rows.append((
            length(first, last), len(there), sum(row.heads for row in there),
            sum((row.amount for row in there), Decimal("0.00")),
        ))  # fmt: skip
    return Chart(
        "arrears",
        "多少单位欠缴，欠了几个月？",
        "账户状态正常、本月以前有月度未入账且不在缓缴期的单位；金额：已核定的按核定额，未核定的按该月正常缴存人现在的月缴存额。",
        as_of(),
        (text("欠缴月数"), count("单位数"), count("涉及职工数"), money("欠缴金额")),
        rows,
        [str(first) for first, _ in LENGTHS],
        (Trace("单位数", "bar", COUNT), Trace("欠缴金额", "line", AMOUNT, is_second=True)),
    )


def overdue(session: Session, scope: Scope) -> list[Behind]:
    return arrears.listed(session, *scope.of(Employer.branch, Employer.kind))


def is_within(row: Behind, first: int, last: int | None) -> bool:
    return first <= len(row.months) <= (last or len(row.months))


def length(first: int, last: int | None) -> str:
    if last is None:
        return f"{first - 1}个月以上"
    return f"{first}个月" if first == last else f"{first}至{last}个月"
