"""A month against the one before: 上月 + 增加 − 减少 ± 差额 = 本月, in heads and in yuan.

Reckoned by the database over whole rosters; who is in a month is decided here and nowhere else.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from data.base import YuanType
from data.enums import ChangeKind, ContributorStatus
from data.models.register import Contributor, ContributorChange, Employer
from data.models.remittance import Assessment, AssessmentLine
from services.rules.months import Month

_NEVER = 999912
_IDS = 10**10  # more than there will be changes


class OutOfBalance(RuntimeError):
    """The identity of the matrix does not hold: a bug or damaged lines, never a clerk's fault."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """One month. Heads are persons, the rest is yuan."""

    month: Month
    last_heads: int
    last_amount: Decimal
    plus_heads: int
    plus_amount: Decimal
    minus_heads: int
    minus_amount: Decimal
    difference: Decimal
    """What those in both months pay more (or less) for another base or rate."""
    heads: int
    employer_amount: Decimal
    contributor_amount: Decimal

    @property
    def amount(self) -> Decimal:
        return self.employer_amount + self.contributor_amount

    def check(self) -> None:
        """Raise OutOfBalance unless last + plus − minus ± difference is this month."""
        heads = self.last_heads + self.plus_heads - self.minus_heads
        amount = self.last_amount + self.plus_amount - self.minus_amount + self.difference
        if (heads, amount) != (self.heads, self.amount):
            raise OutOfBalance(self)


def due(employer: Employer, month: Month) -> Select[*tuple[Any, ...]]:
    """Return the query of everybody in the month, as the lines of an assessment have them.

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


def before(session: Session, employer_id: int, month: Month) -> Assessment | None:
    """Return the last assessment that stands before the month, if any."""
    return session.scalar(
        select(Assessment)
        .where(
            Assessment.employer_id == employer_id,
            Assessment.month < month.number,
            Assessment.deleted_at.is_(None),
        )
        .order_by(Assessment.month.desc())
        .limit(1)
    )


def against_last(session: Session, employer: Employer, month: Month) -> Matrix:
    """Return the month against the last assessed one before it. Raises OutOfBalance."""
    last = before(session, employer.id, month)
    lines = select(
        AssessmentLine.contributor_id,
        AssessmentLine.employer_amount,
        AssessmentLine.contributor_amount,
    ).where(AssessmentLine.assessment_id == (last.id if last else 0))
    heads = last.heads if last else 0
    amount = last.employer_amount + last.contributor_amount if last else Decimal(0)
    return _compare(session, lines.subquery(), heads, amount, this=(employer, month))


def against(session: Session, employer: Employer, month: Month, last: Matrix) -> Matrix:
    """Return the month against one not assessed yet, as it is foreseen. Raises OutOfBalance."""
    foreseen = due(employer, last.month).subquery()
    return _compare(session, foreseen, last.heads, last.amount, this=(employer, month))


def _compare(
    session: Session,
    last: Subquery,
    last_heads: int,
    last_amount: Decimal,
    *,
    this: tuple[Employer, Month],
) -> Matrix:
    employer, month = this
    these = due(employer, month).subquery()
    was, now = _total(last), _total(these)
    is_new = last.c.contributor_id.is_(None)
    stayed = session.execute(
        select(
            func.count(),
            _sum(these.c.employer_amount),
            _sum(these.c.contributor_amount),
            func.sum(case((is_new, 1), else_=0)),
            _sum(case((is_new, now), else_=0)),
            _sum(case((is_new, 0), else_=now - was)),
        ).select_from(these.outerjoin(last, last.c.contributor_id == these.c.contributor_id))
    ).one()
    gone = session.execute(
        select(func.count(), _sum(was))
        .select_from(last.outerjoin(these, last.c.contributor_id == these.c.contributor_id))
        .where(these.c.contributor_id.is_(None))
    ).one()
    heads, own, withheld, plus_heads, plus, difference = stayed
    nothing = Decimal(0)
    found = Matrix(
        month, last_heads, last_amount, int(plus_heads or 0), plus or nothing, gone[0],
        gone[1] or nothing, difference or nothing, heads, own or nothing, withheld or nothing,
    )  # fmt: skip
    found.check()
    return found


def _total(lines: Subquery) -> ColumnElement[Decimal]:
    return lines.c.employer_amount + lines.c.contributor_amount


def _sum(amounts: ColumnElement[Decimal]) -> ColumnElement[Decimal]:
    return func.sum(amounts, type_=YuanType())
