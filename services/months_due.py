"""Who is in a month, and with what: at today's figures (汇缴), or as it was then (缓缴补缴).

A deferred month is paid back at the base and the rates in force in it, by those who were in status
正常 in it (domain rules 4.10). What was in force is read backwards from today's accounts through
the records of changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from data.enums import ChangeKind, ContributorStatus, Rounding
from data.models.register import Contributor, ContributorChange, Employer
from services import policy
from services.rules import contribution
from services.rules.months import Month

_NEVER = 999912
_IDS = 10**10  # more than there will be changes


class DueLine(NamedTuple):
    """One person in one month, as a line of an assessment. Yuan; rates in whole percent."""

    contributor_id: int
    account: str
    name: str
    id_number: str
    base: Decimal
    employer_rate: int
    contributor_rate: int
    employer_amount: Decimal
    contributor_amount: Decimal

    @property
    def amount(self) -> Decimal:
        return self.employer_amount + self.contributor_amount


@dataclass(frozen=True, slots=True)
class MonthDue:
    """A month and everybody in it."""

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


def people(employer: Employer, month: Month) -> Select[*tuple[Any, ...]]:
    """Return the query of everybody in the month, at today's figures, with DueLine's columns.

    In are those in status 正常 from their first month on, and those sealed from a later month on;
    out are those who were sealed then and unsealed since.
    """
    is_in = or_(
        Contributor.status == ContributorStatus.NORMAL,
        and_(
            Contributor.status == ContributorStatus.SEALED,
            Contributor.sealed_month > month.number,
        ),
    )
    return select(
        Contributor.id.label("contributor_id"),
        Contributor.account,
        Contributor.name,
        Contributor.id_number,
        Contributor.base,
        literal(employer.employer_rate).label("employer_rate"),
        literal(employer.contributor_rate).label("contributor_rate"),
        Contributor.employer_amount,
        Contributor.contributor_amount,
    ).where(
        Contributor.employer_id == employer.id,
        Contributor.first_month <= month.number,
        is_in,
        Contributor.id.not_in(_sealed_then(employer, month)),
    )


def as_then(session: Session, employer: Employer, months: Iterable[Month]) -> list[MonthDue]:
    """Return each month with the bases, rates and amounts in force in it, in the accounts' order.

    Raises PolicyMissing.
    """
    return [_as_then(session, employer, month) for month in months]


def _as_then(session: Session, employer: Employer, month: Month) -> MonthDue:
    chosen = people(employer, month).order_by(Contributor.account)
    lines = [DueLine(*row) for row in session.execute(chosen)]
    bases, rates = _bases(session, employer, month), _rates(session, employer, month)
    if bases or rates:
        day = date(month.year, month.month, 1)
        rounding = policy.in_force(session, day, employer.id).rounding
        lines = [_reckoned(line, bases, rates, rounding) for line in lines]
    return MonthDue(month, lines)


def _reckoned(
    line: DueLine, bases: Mapping[int, Decimal], rates: tuple[int, int] | None, rounding: Rounding
) -> DueLine:
    """Return the line at the person's base and at the rates of then, where they have changed."""
    if rates is None and line.contributor_id not in bases:
        return line
    base = bases.get(line.contributor_id, line.base)
    own, withheld = rates or (line.employer_rate, line.contributor_rate)
    amounts = contribution.amounts(base, own, withheld, rounding)
    return line._replace(
        base=base, employer_rate=own, contributor_rate=withheld,
        employer_amount=amounts.employer, contributor_amount=amounts.contributor,
    )  # fmt: skip


def _bases(session: Session, employer: Employer, month: Month) -> dict[int, Decimal]:
    """Return the base in the month of everybody whose base has changed after it.

    The records of a person follow each other as they were entered: the first has the oldest base.
    """
    found = session.execute(
        select(ContributorChange.contributor_id, ContributorChange.old)
        .where(*_after(employer, month, ChangeKind.BASE_CHANGED))
        .order_by(ContributorChange.id.desc())
    )
    return {person: Decimal(old) for person, old in found}


def _rates(session: Session, employer: Employer, month: Month) -> tuple[int, int] | None:
    """Return the rates in the month, where they have changed after it.

    They are the employer's: whoever was sealed at the change has no record of it, and yet was in
    the month at the rates before.
    """
    found = session.scalar(
        select(ContributorChange.old)
        .where(*_after(employer, month, ChangeKind.RATE_CHANGED))
        .order_by(ContributorChange.id)
        .limit(1)
    )
    if found is None:
        return None
    own, withheld = (int(rate.rstrip("%")) for rate in found.split("+"))
    return own, withheld


def _after(employer: Employer, month: Month, kind: ChangeKind) -> tuple[ColumnElement[bool], ...]:
    return (
        ContributorChange.employer_id == employer.id,
        ContributorChange.kind == kind,
        ContributorChange.effective_month > month.number,
    )


def _sealed_then(employer: Employer, month: Month) -> Select[int]:
    """Return those whose next change of status after the month is an unsealing.

    Of changes in effect from the same month, the one entered first is the next.
    """
    change = ContributorChange
    place = cast(change.effective_month, BigInteger) * _IDS + change.id

    def first(kind: ChangeKind) -> ColumnElement[int]:
        return func.min(case((change.kind == kind, place), else_=_NEVER * _IDS))

    return (
        select(change.contributor_id)
        .where(change.employer_id == employer.id, change.effective_month > month.number)
        .group_by(change.contributor_id)
        .having(first(ChangeKind.UNSEALED) < first(ChangeKind.SEALED))
    )
