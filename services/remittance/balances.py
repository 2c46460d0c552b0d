"""Balances (未分摊余额): who has money that no month has taken, and each employer's ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from data.base import YuanType
from data.database import snapshot
from data.enums import MONEY_IN, OFFICERS, EntryKind, Role
from data.models.ledger import Arrival, LedgerEntry, MoneyCorrection
from data.models.people import User
from data.models.register import Employer
from data.models.remittance import Assessment
from services import audit
from services.actor import Actor
from services.approval import casework
from services.errors import NotFound
from services.rules.months import Month

A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Balance:
    """An employer with money unallocated. Yuan."""

    employer_id: int
    number: str
    name: str
    balance: Decimal
    since: date
    """When its ledger was last written."""


@dataclass(frozen=True, slots=True)
class Balances:
    """Some of the employers with money unallocated, the most first; how many, and how much in all."""

    rows: list[Balance]
    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an employer's ledger. Yuan."""

    posted_on: date
    kind: EntryKind
    subject: str
    """The bank reference of an arrival, the month that was paid, or to whom money went back."""
    money_in: Decimal | None
    money_out: Decimal | None
    balance: Decimal
    by: str
    arrival_id: int | None
    """The arrival of this line, where it can still be reversed."""


def of_employer() -> ScalarSelect[Decimal]:
    """Return the balance of the employer of the query around, None where it has no ledger."""
    return (
        select(LedgerEntry.balance)
        .where(LedgerEntry.employer_id == Employer.id)
        .order_by(LedgerEntry.sequence.desc())
        .limit(1)
        .correlate(Employer)
        .scalar_subquery()
    )


@audit.refusals
def unallocated(actor: Actor, words: str = "", *, page: int = 1) -> Balances:
    """Return the branch's employers with money unallocated, the most first.

    `words` are part of a number or name; then all that ever received a credit are found.
    """
    actor.require(*OFFICERS)
    last = of_employer()
    each = (
        select(Employer.id, Employer.number, Employer.name, last.label("balance"))
        .where(Employer.branch == actor.branch, *named(words))
        .subquery()
    )
    wanted = each.c.balance.is_not(None) if words.strip() else each.c.balance > 0
    chosen = select(each).where(wanted)
    some = chosen.order_by(each.c.balance.desc(), each.c.number)
    with snapshot() as session:
        count, total = session.execute(
            select(func.count(), func.sum(each.c.balance, type_=YuanType())).where(wanted)
        ).one()
        rows = session.execute(some.limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
        since = _last_written(session, [row.id for row in rows])
        found = [Balance(row.id, row.number, row.name, row.balance, since[row.id]) for row in rows]
        return Balances(found, count, total or Decimal("0.00"))


@audit.refusals
def ledger(actor: Actor, employer_id: int) -> list[Line]:
    """Return an employer's ledger, the latest line first; an auditor reads everybody's.

    Raises NotFound, OtherBranch, NotAllowed.
    """
    actor.require(*OFFICERS, Role.AUDITOR)
    with snapshot() as session:
        employer = session.get(Employer, employer_id)
        if employer is None:
            raise NotFound(what="该单位")
        if actor.role in OFFICERS:
            casework.require_own(employer.branch, actor)
        return _lines(session, employer_id)


def named(words: str) -> list[ColumnElement[bool]]:
    """Return the condition of an employer whose number or name holds `words`; none for no words."""
    if not (words := words.strip()):
        return []
    places = (Employer.number, Employer.name)
    return [or_(*(place.contains(words, autoescape=True) for place in places))]


def _last_written(session: Session, ids: Sequence[int]) -> dict[int, date]:
    found = session.execute(
        select(LedgerEntry.employer_id, func.max(LedgerEntry.posted_on))
        .where(LedgerEntry.employer_id.in_(ids))
        .group_by(LedgerEntry.employer_id)
    )
    return dict(found.all())


def _lines(session: Session, employer_id: int) -> list[Line]:
    found = session.execute(
        select(
            LedgerEntry, Arrival.reference, Arrival.reversed_at, Assessment.month,
            MoneyCorrection.payee, User.name,
        )
        .outerjoin(Arrival, Arrival.id == LedgerEntry.arrival_id)
        .outerjoin(Assessment, Assessment.id == LedgerEntry.assessment_id)
        .outerjoin(MoneyCorrection, MoneyCorrection.id == LedgerEntry.correction_id)
        .join(User, User.id == LedgerEntry.posted_by)
        .where(LedgerEntry.employer_id == employer_id)
        .order_by(LedgerEntry.sequence.desc())
    )  # fmt: skip
    return [
        Line(
            entry.posted_on, entry.kind,
            reference or (f"{Month.of(month).label}汇缴" if month else payee),
            entry.amount if entry.kind in MONEY_IN else None,
            None if entry.kind in MONEY_IN else entry.amount,
            entry.balance, name,
            entry.arrival_id if entry.kind is EntryKind.ARRIVAL and not reversed_at else None,
        )
        for entry, reference, reversed_at, month, payee, name in found
    ]  # fmt: skip
