"""What each summary follows from: one query a table, its columns named as the table's.

Rebuilding writes them, verifying compares with them, and so do the increments of one employer.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from data.base import Base, YuanType
from data.enums import AssessmentStatus, ContributorStatus, EntryKind, RemittanceKind
from data.models.ledger import LedgerEntry
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment
from data.models.summary import BaseSummary, CashSummary, MonthSummary, PeopleSummary

#: A step of the histogram of bases, in fen.
STEP: Final = 1000_00

Rows = Select[*tuple[Any, ...]]
_IS_NORMAL = Contributor.status == ContributorStatus.NORMAL


def people(*which: ColumnElement[bool]) -> Rows:
    """Return the rows of PeopleSummary, of the people `which` names."""
    is_sealed = Contributor.status == ContributorStatus.SEALED
    return (
        select(
            Contributor.employer_id,
            _heads(_IS_NORMAL).label("normal_heads"),
            _heads(is_sealed).label("sealed_heads"),
            _yuan(Contributor.employer_amount, _IS_NORMAL).label("employer_amount"),
            _yuan(Contributor.contributor_amount, _IS_NORMAL).label("contributor_amount"),
        )
        .where(*which)
        .group_by(Contributor.employer_id)
    )


def bases(*which: ColumnElement[bool]) -> Rows:
    """Return the rows of BaseSummary, of the people `which` names."""
    step = (type_coerce(Contributor.base, BigInteger) // STEP).label("step")
    return (
        select(Contributor.employer_id, step, func.count().label("heads"))
        .where(_IS_NORMAL, *which)
        .group_by(Contributor.employer_id, step)
    )


def months(*which: ColumnElement[bool]) -> Rows:
    """Return the rows of MonthSummary, of the employers `which` names."""
    amount = Assessment.employer_amount + Assessment.contributor_amount
    is_booked = Assessment.status == AssessmentStatus.BOOKED
    return (
        select(
            Assessment.month,
            Employer.branch,
            Employer.kind,
            func.count().label("assessed_units"),
            _whole(func.sum(Assessment.heads)).label("assessed_heads"),
            func.sum(amount, type_=YuanType()).label("assessed_amount"),
            _heads(is_booked).label("booked_units"),
            _whole(func.sum(case((is_booked, Assessment.heads), else_=0))).label("booked_heads"),
            _yuan(amount, is_booked).label("booked_amount"),
        )
        .join(Employer, Employer.id == Assessment.employer_id)
        .where(Assessment.deleted_at.is_(None), Assessment.kind == RemittanceKind.REGULAR, *which)
        .group_by(Assessment.month, Employer.branch, Employer.kind)
    )


def cash(*which: ColumnElement[bool]) -> Rows:
    """Return the rows of CashSummary, of the employers `which` names."""
    nothing = literal(0)
    booked = Assessment.employer_amount + Assessment.contributor_amount
    posted = union_all(
        select(
            LedgerEntry.employer_id,
            _month_of(LedgerEntry.posted_on).label("month"),
            _between(EntryKind.ARRIVAL, EntryKind.REVERSAL).label("arrived"),
            _between(EntryKind.ALLOCATION, EntryKind.UNBOOKING).label("allocated"),
            _where(LedgerEntry.kind == EntryKind.REFUND, LedgerEntry.amount).label("refunded"),
            nothing.label("collected"),
        ),
        select(
            Assessment.employer_id,
            _month_of(Assessment.booked_on).label("month"),
            nothing.label("arrived"),
            nothing.label("allocated"),
            nothing.label("refunded"),
            type_coerce(booked, BigInteger).label("collected"),
        ).where(and_(Assessment.booked_on.is_not(None), Assessment.deleted_at.is_(None))),
    ).subquery()
    sums = [
        func.sum(posted.c[name], type_=YuanType()).label(name)
        for name in ("arrived", "allocated", "refunded", "collected")
    ]
    return (
        select(posted.c.month, Employer.branch, Employer.kind, *sums)
        .join(Employer, Employer.id == posted.c.employer_id)
        .where(*which)
        .group_by(posted.c.month, Employer.branch, Employer.kind)
    )


#: Every summary with the query of its details.
ALL: Final[Mapping[type[Base], Callable[..., Rows]]] = {
    PeopleSummary: people,
    BaseSummary: bases,
    MonthSummary: months,
    CashSummary: cash,
}


def _heads(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return _whole(func.sum(case((condition, 1), else_=0)))


def _whole(number: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(number, Integer)


def _yuan(amount: ColumnElement[Any] | Any, condition: ColumnElement[bool]) -> ColumnElement[Any]:  # noqa: ANN401
    return func.sum(_where(condition, amount), type_=YuanType())


def _where(condition: ColumnElement[bool], amount: Any) -> ColumnElement[int]:  # noqa: ANN401 — a column of yuan
    """Return the amount in fen where the condition holds, else nothing."""
    return case((condition, type_coerce(amount, BigInteger)), else_=0)


def _between(done: EntryKind, undone: EntryKind) -> ColumnElement[int]:
    """Return a ledger line's fen: those of one kind, less those of the kind that takes it back."""
    amount = type_coerce(LedgerEntry.amount, BigInteger)
    return case((LedgerEntry.kind == done, amount), (LedgerEntry.kind == undone, -amount), else_=0)


def _month_of(day: Any) -> ColumnElement[int]:  # noqa: ANN401 — a column of dates
    return cast(extract("year", day) * 100 + extract("month", day), Integer)
