"""Back-payment (缓缴补缴): what the deferred months come to, person by person, as they were then.

A month is reckoned at the base and the rates in force in that month, for those who were in status
正常 in it (domain rules 4.10). What was in force is read backwards from today's accounts through
the records of changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import ChangeKind, ContributorStatus
from data.models.deferral import Deferral
from data.models.register import Contributor, ContributorChange, Employer
from data.models.remittance import Assessment
from services import audit, policy
from services.actor import Actor
from services.deferral import periods
from services.rules import contribution
from services.rules.months import Month

_STATUS = (ChangeKind.SEALED, ChangeKind.UNSEALED)


class DueLine(NamedTuple):
    """One person in one deferred month. Yuan; rates in whole percent."""

    contributor_id: int
    account: str
    name: str
    id_number: str
    base: Decimal
    employer_rate: int
    contributor_rate: int
    employer_amount: Decimal
    contributor_amount: Decimal


@dataclass(frozen=True, slots=True)
class MonthDue:
    """A deferred month and everybody in it."""

    month: Month
    lines: list[DueLine]

    @property
    def heads(self) -> int:
        return len(self.lines)

    @property
    def employer_amount(self) -> Decimal:
        return sum((line.employer_amount for line in self.lines), Decimal("0.00"))

    @property
    def contributor_amount(self) -> Decimal:
        return sum((line.contributor_amount for line in self.lines), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        return self.employer_amount + self.contributor_amount


@audit.refusals
def back_payment(actor: Actor) -> list[MonthDue]:
    """Return the deferred months that the clerk's employer has still to pay back, oldest first."""
    with snapshot() as session:
        return owed(session, actor.employer)


@audit.refusals
def deferred_months(actor: Actor) -> list[Month]:
    """Return those months alone."""
    with snapshot() as session:
        return _unpaid(session, actor.employer)


def owed(session: Session, employer_id: int) -> list[MonthDue]:
    """As `back_payment`, inside a transaction."""
    return due_in(session, employer_id, _unpaid(session, employer_id))


def due_in(session: Session, employer_id: int, months: Iterable[Month]) -> list[MonthDue]:
    """Return what each month comes to, at the bases and rates in force in it."""
    employer = session.get_one(Employer, employer_id)
    chosen = select(Contributor).where(Contributor.employer_id == employer_id)
    people = session.scalars(chosen.order_by(Contributor.account)).all()
    changes = _changes(session, employer_id)
    return [
        MonthDue(month, [
            _line(session, employer, person, changes[person.id], month)
            for person in people
            if _is_in(person, changes[person.id], month)
        ])
        for month in months
    ]  # fmt: skip


def _unpaid(session: Session, employer_id: int) -> list[Month]:
    """Return the months of ended deferrals that no assessment has taken up."""
    ended = session.scalars(
        select(Deferral)
        .where(Deferral.employer_id == employer_id, Deferral.ended_month.is_not(None))
        .order_by(Deferral.first_month)
    )
    assessed = set(
        session.scalars(
            select(Assessment.month).where(
                Assessment.employer_id == employer_id, Assessment.deleted_at.is_(None)
            )
        )
    )
    return [m for row in ended for m in periods.months(row) if m.number not in assessed]


def _changes(session: Session, employer_id: int) -> dict[int, list[ContributorChange]]:
    kinds = (ChangeKind.BASE_CHANGED, ChangeKind.RATE_CHANGED, *_STATUS)
    found = session.scalars(
        select(ContributorChange)
        .where(ContributorChange.employer_id == employer_id, ContributorChange.kind.in_(kinds))
        .order_by(ContributorChange.effective_month, ContributorChange.id)
    )
    by_person: dict[int, list[ContributorChange]] = defaultdict(list)
    for change in found:
        by_person[change.contributor_id].append(change)
    return by_person


def _is_in(person: Contributor, changes: Sequence[ContributorChange], month: Month) -> bool:
    """Tell whether the person was in status 正常 in that month."""
    if person.first_month > month.number:
        return False
    moves = [change for change in changes if change.kind in _STATUS]
    before = [change for change in moves if change.effective_month <= month.number]
    if before:
        return before[-1].kind is ChangeKind.UNSEALED
    if moves:
        return moves[0].kind is ChangeKind.SEALED
    if person.status is ContributorStatus.NORMAL:
        return True
    return person.sealed_month is not None and month.number < person.sealed_month


def _line(
    session: Session, employer: Employer, person: Contributor,
    changes: Sequence[ContributorChange], month: Month,
) -> DueLine:  # fmt: skip
    base, own, withheld = person.base, employer.employer_rate, employer.contributor_rate
    amounts = contribution.Amounts(person.employer_amount, person.contributor_amount)
    later = [change for change in changes if change.effective_month > month.number]
    was = {change.kind: change.old for change in reversed(later)}  # the first after the month
    if ChangeKind.BASE_CHANGED in was or ChangeKind.RATE_CHANGED in was:
        base = Decimal(was.get(ChangeKind.BASE_CHANGED, base))
        if rates := was.get(ChangeKind.RATE_CHANGED):
            own, withheld = (int(rate.rstrip("%")) for rate in rates.split("+"))
        in_force = policy.in_force(session, date(month.year, month.month, 1), employer.id)
        amounts = contribution.amounts(base, own, withheld, in_force.rounding)
    return DueLine(
        person.id, person.account, person.name, person.id_number, base, own, withheld, *amounts
    )
