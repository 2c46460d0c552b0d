"""The months of an employer's file (单位档案): what was assessed, what it owes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from data.database import snapshot
from data.enums import AssessmentStatus
from data.models.register import Employer
from data.models.remittance import Assessment
from services import audit
from services.actor import Actor
from services.deferral import periods
from services.deferral.periods import Span
from services.register import scope
from services.rules import clock
from services.rules.months import Month
from services.summary import turnover
from services.summary.present import PEOPLE
from services.summary.turnover import Turnover

MOST_MONTHS = 48
PAID_WITHIN = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class MonthRow:
    """An assessed month. Money is yuan."""

    month: Month
    kind: str
    status: AssessmentStatus
    heads: int
    amount: Decimal
    assessed_at: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """A month that is due and not booked. Yuan: as assessed, else as those who were in it pay now."""

    month: Month
    due_on: date
    heads: int
    amount: Decimal
    status: str


@audit.refusals
def months(actor: Actor, employer_id: int) -> list[MonthRow]:
    """Return the employer's assessed months, the latest first. Raises NotFound, NotAllowed."""
    with snapshot() as session:
        scope.employer(session, actor, employer_id)
        rows = session.scalars(
            select(Assessment)
            .where(Assessment.employer_id == employer_id, Assessment.deleted_at.is_(None))
            .order_by(Assessment.month.desc(), Assessment.id.desc())
            .limit(MOST_MONTHS)
        )
        return [
            MonthRow(Month.of(row.month), row.kind.label, row.status, row.heads,
                     row.employer_amount + row.contributor_amount,
                     clock.in_china(row.assessed_at))
            for row in rows
        ]  # fmt: skip


@audit.refusals
def owed(actor: Actor, employer_id: int) -> list[Owed]:
    """Return the months up to this one that are not booked, the oldest first.

    A month that nobody has assessed is reckoned with today's people and amounts, with those who have
    been sealed after it and without those who began after it, and says so. Deferred months are in
    【缓缴】, and here once they are assessed to be paid back. Raises NotFound, NotAllowed.
    """
    with snapshot() as session:
        row = scope.employer(session, actor, employer_id)
        first = Month.of(row.paid_to).plus(1) if row.paid_to else Month.of(row.first_month)
        due = first.through(Month.containing(clock.today()))
        assessed = {
            found.month: found
            for found in session.scalars(
                select(Assessment).where(
                    Assessment.employer_id == employer_id, Assessment.deleted_at.is_(None),
                    Assessment.month >= first.number,
                )
            )
        }  # fmt: skip
        freed = periods.spans(session, employer_id)
        now = session.execute(
            select(PEOPLE).where(PEOPLE.c.employer_id == employer_id)
        ).one_or_none()
        left = turnover.of_employers(session, Employer.id == employer_id).get(employer_id, [])
        waiting = [
            _owed(row, when, assessed.get(when.number), now, left)
            for when in due
            if _is_waiting(row, when, assessed.get(when.number), freed)
        ]
        # Of a month that nobody is in nothing is owed.
        return [one for one in waiting if one.heads]


def _is_waiting(
    row: Employer, when: Month, found: Assessment | None, freed: Collection[Span]
) -> bool:
    """Tell whether a month is still to be booked, or to be assessed.

    What is not assessed by now is neither if nobody was in it and it was passed over, or if it is deferred.
    """
    if found:
        return found.status is not AssessmentStatus.BOOKED
    return when.number > (row.assessed_to or 0) and not any(one.covers(when) for one in freed)


def _owed(
    row: Employer,
    when: Month,
    found: Assessment | None,
    now: Any,  # noqa: ANN401 — a row of PEOPLE
    left: Sequence[Turnover],
) -> Owed:
    due_on = _due_on(row.payday, when)
    if found:
        amount = found.employer_amount + found.contributor_amount
        return Owed(when, due_on, found.heads, amount, found.status.label)
    heads, amount = turnover.in_month(left, when)
    if now:
        heads += now.normal_heads
        amount += now.employer_amount + now.contributor_amount
    return Owed(when, due_on, heads, amount, "未核定（按该月人员估算）")


def _due_on(payday: int, when: Month) -> date:
    """Return the last day to pay a month: five days after its payday (条例: 发薪后5日内)."""
    after = when.plus(1)
    last = date(after.year, after.month, 1) - timedelta(days=1)
    return last.replace(day=min(payday, last.day)) + PAID_WITHIN
