"""Month by month (应缴与实缴): what was due, what was booked, for a scope. Read from the summaries.

A month that an employer has assessed counts as assessed; one not assessed yet counts as the
employer's people in status 正常 pay now, with those who were sealed after it and without those who
began after it. Deferred months are not due.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from data.base import YuanType
from data.codes import EmployerKind
from data.enums import Branch, EmployerStatus
from data.models.deferral import Deferral
from data.models.register import Employer
from data.models.summary import CashSummary, MonthSummary
from services.deferral import periods
from services.overview.scope import Scope, this_month
from services.rules.months import Month
from services.summary import turnover
from services.summary.present import PEOPLE
from services.summary.turnover import Turnover

NOTHING = Decimal("0.00")
REMITTING = (EmployerStatus.NORMAL, EmployerStatus.OPENED, EmployerStatus.DEFERRED)


@dataclass(slots=True)
class Totals:
    """One month of a scope. Amounts are yuan."""

    due_units: int = 0
    due_heads: int = 0
    due_amount: Decimal = NOTHING
    booked_units: int = 0
    booked_heads: int = 0
    booked_amount: Decimal = NOTHING
    collected: Decimal = NOTHING
    """Booked in that calendar month, whatever month it paid for."""

    def add_due(self, units: int, heads: int, amount: Decimal) -> None:
        self.due_units += units
        self.due_heads += heads
        self.due_amount += amount


@dataclass(frozen=True, slots=True)
class Deferred:
    """An employer's deferral with the months that it frees. The amount is yuan a month."""

    employer_id: int
    branch: Branch
    kind: EmployerKind
    heads: int
    amount: Decimal
    months: frozenset[int]
    last: Month
    """The last month granted."""
    is_running: bool
    settled_to: int


@dataclass(slots=True)
class Months:
    """The months asked for, and the deferrals that touch any of them."""

    by_month: dict[int, Totals] = field(default_factory=lambda: defaultdict(Totals))
    deferrals: list[Deferred] = field(default_factory=list)

    def deferred(self, month: Month) -> list[Deferred]:
        """Return the employers that need not pay the month, each once."""
        found = {d.employer_id: d for d in self.deferrals if month.number in d.months}
        return list(found.values())


def settled_to() -> ColumnElement[int]:
    """Return the last month assessed, taken over or passed by a deferral; 0 before the first."""
    assessed, paid = func.coalesce(Employer.assessed_to, 0), func.coalesce(Employer.paid_to, 0)
    return case((assessed > paid, assessed), else_=paid)


def read(session: Session, scope: Scope, months: Iterable[Month]) -> Months:
    """Return the totals of these months, and perhaps of others.

    Three of the page's parts ask in one snapshot: what the first found is kept with it, so who
    draws the whole page asks for all of it first.
    """
    wanted = sorted(set(months))
    place = (read.__name__, scope.branch, scope.kind)
    kept: Months | None = session.info.get(place)
    if kept is None or not kept.by_month.keys() >= {month.number for month in wanted}:
        kept = session.info[place] = _read(session, scope, wanted)
    return kept


def _read(session: Session, scope: Scope, wanted: list[Month]) -> Months:
    found = Months(deferrals=deferrals(session, scope, wanted[0], wanted[-1]))
    numbers = [month.number for month in wanted]
    found.by_month.update((number, Totals()) for number in numbers)
    _add_assessed(session, scope, numbers, found.by_month)
    _add_unassessed(session, scope, wanted, found)
    return found


def deferrals(session: Session, scope: Scope, first: Month, last: Month) -> list[Deferred]:
    """Return the deferrals that free any month from `first` to `last`."""
    both = PEOPLE.c.employer_amount + PEOPLE.c.contributor_amount
    found = session.execute(
        select(
            Deferral, Employer.branch, Employer.kind, PEOPLE.c.normal_heads,
            func.coalesce(both, 0, type_=YuanType()), settled_to(),
        )
        .join(Employer, Employer.id == Deferral.employer_id)
        .outerjoin(PEOPLE, PEOPLE.c.employer_id == Employer.id)
        .where(
            Deferral.first_month <= last.number,
            Deferral.last_month >= first.number,
            or_(Deferral.ended_month.is_(None), Deferral.ended_month > first.number),
            *scope.of(Employer.branch, Employer.kind),
        )
        .order_by(Deferral.id)
    )  # fmt: skip
    return [
        Deferred(
            row.employer_id, branch, kind, heads or 0, amount,
            frozenset(month.number for month in periods.months(row)),
            Month.of(row.last_month), row.ended_month is None, settled,
        )
        for row, branch, kind, heads, amount, settled in found
    ]  # fmt: skip


def balances(session: Session, scope: Scope, months: Iterable[Month]) -> list[Decimal]:
    """Return what was unallocated (未分摊) at the end of each of these months."""
    kept = CashSummary.arrived - CashSummary.allocated - CashSummary.refunded
    ends = [
        func.sum(case((CashSummary.month <= month.number, kept), else_=0), type_=YuanType())
        for month in months
    ]
    chosen = select(*ends).where(*scope.of(CashSummary.branch, CashSummary.kind))
    return [left or NOTHING for left in session.execute(chosen).one()]


def _add_assessed(
    session: Session, scope: Scope, numbers: Collection[int], totals: dict[int, Totals]
) -> None:
    table = MonthSummary
    found = session.execute(
        select(
            table.month, func.sum(table.assessed_units), func.sum(table.assessed_heads),
            _yuan(table.assessed_amount), func.sum(table.booked_units),
            func.sum(table.booked_heads), _yuan(table.booked_amount),
        )
        .where(table.month.in_(numbers), *scope.of(table.branch, table.kind))
        .group_by(table.month)
    )  # fmt: skip
    for month, units, heads, amount, booked_units, booked_heads, booked_amount in found:
        row = totals[month]
        row.add_due(int(units), int(heads), amount)
        row.booked_units, row.booked_heads = int(booked_units), int(booked_heads)
        row.booked_amount = booked_amount
    cash = session.execute(
        select(CashSummary.month, _yuan(CashSummary.collected))
        .where(CashSummary.month.in_(numbers), *scope.of(CashSummary.branch, CashSummary.kind))
        .group_by(CashSummary.month)
    )
    for month, collected in cash:
        totals[month].collected = collected


def _add_unassessed(session: Session, scope: Scope, wanted: list[Month], found: Months) -> None:
    """Add what employers owe for months that they have not assessed yet."""
    now = this_month()
    groups = unassessed(session, scope)
    left = since_left(session, scope)
    there = _present_heads(session, left)
    for month in wanted:
        if month > now:
            continue
        row = found.by_month[month.number]
        for settled, first_month, units, heads, amount in groups:
            if settled < month.number and first_month <= month.number:
                row.add_due(units, heads, amount)
        deferring = found.deferred(month)
        for deferred in deferring:
            if deferred.settled_to < month.number and deferred.heads:
                row.add_due(-1, -deferred.heads, -deferred.amount)
        for employer_id in left.keys() - {deferred.employer_id for deferred in deferring}:
            heads, amount = turnover.in_month(left[employer_id], month)
            now_there = there.get(employer_id, 0)
            row.add_due((now_there + heads > 0) - (now_there > 0), heads, amount)


def since_left(session: Session, scope: Scope) -> Mapping[int, list[Turnover]]:
    """Return by employer who has left or come after a month that is not assessed yet."""
    own = scope.of(Employer.branch, Employer.kind)
    return turnover.of_employers(session, Employer.status.in_(REMITTING), *own)


def _present_heads(session: Session, left: Mapping[int, object]) -> dict[int, int]:
    """Return how many people these employers have now: with them they count already."""
    if not left:
        return {}
    asked = select(PEOPLE.c.employer_id, PEOPLE.c.normal_heads)
    return dict(session.execute(asked.where(PEOPLE.c.employer_id.in_(list(left)))).all())


def unassessed(session: Session, scope: Scope) -> list[tuple[int, int, int, int, Decimal]]:
    """Return employers, alike in the last month settled and the first due: units, heads, yuan."""
    settled = settled_to()
    each = (
        select(
            settled.label("settled"),
            # The first month matters only to those who have settled none.
            case((settled > 0, 0), else_=Employer.first_month).label("begins"),
            PEOPLE.c.normal_heads.label("heads"),
            (PEOPLE.c.employer_amount + PEOPLE.c.contributor_amount).label("amount"),
        )
        .join(PEOPLE, PEOPLE.c.employer_id == Employer.id)
        .where(is_remitting(), *scope.of(Employer.branch, Employer.kind))
        .subquery()
        .c
    )
    found = session.execute(
        select(each.settled, each.begins, func.count(), func.sum(each.heads), _yuan(each.amount))
        .group_by(each.settled, each.begins)
    )  # fmt: skip
    return [
        (settled, begins, units, int(heads), amount)
        for settled, begins, units, heads, amount in found
    ]


def is_remitting() -> ColumnElement[bool]:
    """Return the condition of an employer that has people to pay for."""
    return and_(Employer.status.in_(REMITTING), PEOPLE.c.normal_heads > 0)


def _yuan(amount: Any) -> ColumnElement[Decimal]:  # noqa: ANN401 — a column of yuan, or two added
    return func.sum(amount, type_=YuanType())
