"""A month against the one before: 上月 + 增加 − 减少 ± 差额 = 本月, in heads and in yuan.

Reckoned by the database over whole rosters, at the figures of today's accounts: see `reckoning`.
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Subquery, case, func, null, select, union_all
from sqlalchemy.orm import Session

from data.base import YuanType
from data.models.register import Employer
from data.models.remittance import Assessment, AssessmentLine
from services import months_due
from services.rules.months import Month


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
    ).where(
        AssessmentLine.assessment_id == (last.id if last else 0),
        AssessmentLine.employer_id == employer.id,
    )
    heads = last.heads if last else 0
    amount = last.employer_amount + last.contributor_amount if last else Decimal(0)
    return _compare(session, lines.subquery(), heads, amount, this=(employer, month))


def against(session: Session, employer: Employer, month: Month, last: Matrix) -> Matrix:
    """Return the month against one not assessed yet, as it is foreseen. Raises OutOfBalance."""
    foreseen = months_due.people(employer, last.month).subquery()
    return _compare(session, foreseen, last.heads, last.amount, this=(employer, month))


def _compare(
    session: Session,
    last: Subquery,
    last_heads: int,
    last_amount: Decimal,
    *,
    this: tuple[Employer, Month],
) -> Matrix:
    """Tell who of the two months stayed, came and went, and what that makes."""
    employer, month = this
    person = _once_each(months_due.people(employer, month).subquery(), last).c
    own, withheld, was = person.own, person.withheld, person.was
    came, went = was.is_(None), own.is_(None)
    heads, total_own, total_withheld, plus_heads, plus, minus_heads, minus, difference = (
        session.execute(
            select(
                func.count(own),
                _sum(own),
                _sum(withheld),
                func.sum(case((came, 1), else_=0)),
                _sum(case((came, own + withheld), else_=0)),
                func.sum(case((went, 1), else_=0)),
                _sum(case((went, was), else_=0)),
                _sum(case((came | went, 0), else_=own + withheld - was)),
            )
        ).one()
    )
    nothing = Decimal(0)
    found = Matrix(
        month, last_heads, last_amount, int(plus_heads or 0), plus or nothing,
        int(minus_heads or 0), minus or nothing, difference or nothing, heads,
        total_own or nothing, total_withheld or nothing,
    )  # fmt: skip
    found.check()
    return found


def _once_each(these: Subquery, last: Subquery) -> Subquery:
    """Return everybody of the two months once: `own` and `withheld` now, and what it `was` in all.

    Not by joining them: PostgreSQL takes one month of a large center for a few dozen lines, and
    would compare each person of the one with each of the other.
    """
    nobody = null()
    both = union_all(
        select(
            these.c.contributor_id.label("person"), these.c.employer_amount.label("own"),
            these.c.contributor_amount.label("withheld"), nobody.label("was"),
        ),
        select(last.c.contributor_id, nobody, nobody, _total(last)),
    ).subquery()  # fmt: skip
    return (
        select(*(func.max(both.c[name]).label(name) for name in ("own", "withheld", "was")))
        .group_by(both.c.person)
        .subquery()
    )


def _total(lines: Subquery) -> ColumnElement[Decimal]:
    return lines.c.employer_amount + lines.c.contributor_amount


def _sum(amounts: ColumnElement[Decimal]) -> ColumnElement[Decimal]:
    return func.sum(amounts, type_=YuanType())
