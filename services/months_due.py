"""Who is in a month, and with what: the query over today's accounts, and a month's lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from data.enums import ChangeKind, ContributorStatus
from data.models.register import Contributor, ContributorChange, Departure, Employer
from services.rules.months import Month


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

    In are those in status 正常 from their first month on, and those sealed from a later month on,
    also where they have moved to another employer since; out are those who were sealed then and
    unsealed since.
    """
    both = union_all(_on_the_books(employer, month), _gone(employer, month)).subquery()
    return select(both)


def with_anybody(session: Session, employer: Employer, months: Sequence[Month]) -> list[Month]:
    """Return those of the months that anybody is in, asked for in one statement."""
    if not months:
        return []
    asked = (
        select(literal(month.number)).where(people(employer, month).exists()) for month in months
    )
    found = set(session.scalars(union_all(*asked)))
    return [month for month in months if month.number in found]


def _on_the_books(employer: Employer, month: Month) -> Select[*tuple[Any, ...]]:
    is_in = or_(
        Contributor.status == ContributorStatus.NORMAL,
        and_(
            Contributor.status == ContributorStatus.SEALED,
            Contributor.sealed_month > month.number,
        ),
    )
    return _lines(employer, Contributor).where(
        Contributor.employer_id == employer.id,
        Contributor.first_month <= month.number,
        is_in,
        Contributor.id.not_in(_sealed_then(employer, month)),
    )


def _gone(employer: Employer, month: Month) -> Select[*tuple[Any, ...]]:
    return (
        _lines(employer, Departure)
        .join(Departure, Departure.contributor_id == Contributor.id)
        .where(
            Departure.employer_id == employer.id,
            Departure.first_month <= month.number,
            Departure.sealed_month > month.number,
            Contributor.id.not_in(_sealed_then(employer, month)),
        )
    )


def _lines(
    employer: Employer, figures: type[Contributor] | type[Departure]
) -> Select[*tuple[Any, ...]]:
    """Return the columns of DueLine, with the account's figures or with those of a departure."""
    return select(
        Contributor.id.label("contributor_id"),
        Contributor.account,
        Contributor.name,
        Contributor.id_number,
        figures.base,
        literal(employer.employer_rate).label("employer_rate"),
        literal(employer.contributor_rate).label("contributor_rate"),
        figures.employer_amount,
        figures.contributor_amount,
    )


def _sealed_then(employer: Employer, month: Month) -> Select[int]:
    """Return those whose next change of status after the month is an unsealing.

    They follow each other as they were entered: none begins before the one before it.
    """
    change = ContributorChange
    unsealing = func.min(case((change.kind == ChangeKind.UNSEALED, change.id)))
    return (
        select(change.contributor_id)
        .where(
            change.employer_id == employer.id,
            change.effective_month > month.number,
            change.kind.in_((ChangeKind.SEALED, ChangeKind.UNSEALED)),
        )
        .group_by(change.contributor_id)
        .having(func.min(change.id) == unsealing)
    )
