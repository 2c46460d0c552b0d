"""Booking (入账): which approved months an employer's money pays, in order, and what follows from it.

Money that is not enough for the next month stays in the employer's balance (未分摊余额); nothing is
booked in part (domain rules 4.3).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from data.enums import MONEY_IN, AssessmentStatus, AuditAction, EntryKind, RemittanceKind
from data.models.ledger import Arrival, LedgerEntry
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment, AssessmentLine
from services import audit, months_due
from services.actor import Actor
from services.errors import BusinessError
from services.remittance import trail
from services.rules import clock
from services.rules.months import Month

NOTHING = Decimal("0.00")
_UNBOOKED = (AssessmentStatus.ASSESSED, AssessmentStatus.APPROVED)


class NotEnough(BusinessError):
    message = (
        "未分摊余额不足：{month}应缴{due:,.2f}元，未分摊余额{balance:,.2f}元，还差{lacking:,.2f}元"
    )


@dataclass(frozen=True, slots=True)
class Due:
    """An approved month that waits for its money. The amount is yuan."""

    assessment_id: int
    month: Month
    kind: RemittanceKind
    amount: Decimal


def match(balance: Decimal, months: Sequence[Due]) -> list[Due]:
    """Return the months that so much money pays: from the first on, each in full, none left out."""
    paid = []
    for due in months:
        if due.amount > balance:
            break
        balance -= due.amount
        paid.append(due)
    return paid


def due(session: Session, employer_ids: Collection[int]) -> dict[int, list[Due]]:
    """Return what each employer may pay now, the oldest first.

    A month waits behind an earlier one of its kind that the center has not approved yet.
    """
    found = session.scalars(
        select(Assessment)
        .where(
            Assessment.employer_id.in_(employer_ids),
            Assessment.status.in_(_UNBOOKED),
            Assessment.deleted_at.is_(None),
        )
        .order_by(Assessment.employer_id, Assessment.month, Assessment.kind)
    )
    months: dict[int, list[Due]] = {employer_id: [] for employer_id in employer_ids}
    shut: set[tuple[int, RemittanceKind]] = set()
    for row in found:
        chain = (row.employer_id, row.kind)
        if row.status is not AssessmentStatus.APPROVED:
            shut.add(chain)
        if chain not in shut:
            amount = row.employer_amount + row.contributor_amount
            months[row.employer_id].append(Due(row.id, Month.of(row.month), row.kind, amount))
    return months


def balance(session: Session, employer_id: int) -> Decimal:
    """Return the employer's 未分摊余额 in yuan."""
    last = _last(session, employer_id)
    return last.balance if last else NOTHING


def post_arrival(session: Session, arrival: Arrival, actor: Actor) -> None:
    """Write money in into the ledger. The employer's row is locked."""
    post(
        session, arrival.employer_id, actor, EntryKind.ARRIVAL, arrival.amount, arrival_id=arrival.id
    )  # fmt: skip


def book(session: Session, employer: Employer, assessment_id: int, actor: Actor) -> Assessment:
    """Pay an approved month out of the balance. The employer's row is locked.

    缴至年月 follows as far as months are booked without a gap, and the employer is told.
    Raises NotEnough.
    """
    found = session.get_one(Assessment, assessment_id)
    amount = found.employer_amount + found.contributor_amount
    month, there = Month.of(found.month).label, balance(session, employer.id)
    if there < amount:
        raise NotEnough(month=month, due=amount, balance=there, lacking=amount - there)
    post(
        session, employer.id, actor, EntryKind.ALLOCATION, amount,
        assessment_id=found.id, turn=_turn(session, found.id),
    )  # fmt: skip
    found.status, found.booked_on = AssessmentStatus.BOOKED, clock.today()
    _move_paid_to(session, employer)
    audit.record(
        session, actor, AuditAction.MONTH_BOOKED, f"assessment:{found.id}",
        employer=employer.id, month=found.month,
    )  # fmt: skip
    reached = Month.of(employer.paid_to).label if employer.paid_to else "—"
    trail.tell(
        session, found, f"贵单位{month}住房公积金{amount:,.2f}元已入账，缴至年月为{reached}。"
    )
    return found


def post(
    session: Session, employer_id: int, actor: Actor, kind: EntryKind, amount: Decimal, **whose: int
) -> None:
    """Write a line under the employer's ledger; `whose` says what it is of. Its row is locked."""
    last = _last(session, employer_id)
    before = last.balance if last else NOTHING
    session.add(
        LedgerEntry(
            employer_id=employer_id, sequence=last.sequence + 1 if last else 1, kind=kind,
            amount=amount, balance=before + amount if kind in MONEY_IN else before - amount,
            posted_on=clock.today(), posted_by=actor.user_id, posted_at=clock.now(), **whose,
        )
    )  # fmt: skip
    session.flush()


def _turn(session: Session, assessment_id: int) -> int:
    """Return the number of the booking to come: one more than those taken back."""
    last = select(func.max(LedgerEntry.turn)).filter_by(assessment_id=assessment_id)
    return (session.scalar(last) or 0) + 1


def _last(session: Session, employer_id: int) -> LedgerEntry | None:
    return session.scalar(
        select(LedgerEntry)
        .where(LedgerEntry.employer_id == employer_id)
        .order_by(LedgerEntry.sequence.desc())
        .limit(1)
    )


def _move_paid_to(session: Session, employer: Employer) -> None:
    """Move 缴至年月 of the employer and of those in the months, month after month."""
    first = _first_unpaid(employer)
    standing = select(Assessment).where(
        Assessment.employer_id == employer.id,
        Assessment.deleted_at.is_(None),
        Assessment.month >= first.number,
    )
    by_month = {Month.of(row.month): row for row in session.scalars(standing)}
    months = first.through(max(by_month, default=first))
    unassessed = [month for month in months if month not in by_month]
    # the chain has passed over the others, for nobody was in them
    open_ones = months_due.with_anybody(session, employer, unassessed)
    for month in sorted({*by_month, *open_ones}):
        row = by_month.get(month)
        if row is None or row.status is not AssessmentStatus.BOOKED:
            return
        _move_people(session, row)
        employer.paid_to = row.month


def _move_people(session: Session, booked: Assessment) -> None:
    people = select(AssessmentLine.contributor_id).where(
        AssessmentLine.assessment_id == booked.id,
        AssessmentLine.employer_id == booked.employer_id,
    )
    session.execute(
        update(Contributor)
        .where(
            Contributor.id.in_(people),
            # who moved on may have been paid for further by the next employer
            or_(Contributor.paid_to.is_(None), Contributor.paid_to < booked.month),
        )
        .values(paid_to=booked.month)
        .execution_options(synchronize_session=False)
    )


def _first_unpaid(employer: Employer) -> Month:
    if employer.paid_to:
        return Month.of(employer.paid_to).plus(1)
    return Month.of(employer.first_month)
