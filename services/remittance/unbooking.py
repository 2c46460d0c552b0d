"""Unbooking (撤销入账): months that money had paid which is to be reversed, the last booked first.

A month is given back whole or not at all, as it was booked; what has been built on it meanwhile
forbids it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.orm import Session, aliased

from data.enums import (
    AssessmentStatus,
    AuditAction,
    BusinessKind,
    CaseStatus,
    EmployerStatus,
    EntryKind,
)
from data.models.case import LIVE, Case
from data.models.ledger import LedgerEntry
from data.models.register import OPEN, Contributor, Employer
from data.models.remittance import Assessment, AssessmentLine
from services import audit, months_due
from services.actor import Actor
from services.errors import BusinessError
from services.remittance import booking, trail
from services.remittance.booking import Due
from services.rules import clock
from services.rules.months import Month


class CannotUnbook(BusinessError):
    message = "不能冲正：{reason}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking so much money away does: months to unbook, in this order, and the balance left."""

    months: list[Due]
    balance: Decimal
    entries: list[tuple[int, int]]
    """Of each month its assessment's id, and the turn of its booking."""


def plan(session: Session, employer: Employer, amount: Decimal) -> Plan:
    """Say which months must be unbooked so that `amount` can leave the balance. Raises CannotUnbook."""
    there = booking.balance(session, employer.id)
    months, entries = [], []
    if there < amount:
        for entry, found in _standing(session, employer.id):
            months.append(Due(found.id, Month.of(found.month), found.kind, entry.amount))
            entries.append((found.id, entry.turn))
            there += entry.amount
            if there >= amount:
                break
    if there < amount:
        raise CannotUnbook(reason="该单位的款项已退款，未分摊余额和已入账月度合计不足")
    if reason := _objection(session, employer, months):
        raise CannotUnbook(reason=reason)
    return Plan(months, there - amount, entries)


def _standing(session: Session, employer_id: int) -> Sequence[tuple[LedgerEntry, Assessment]]:
    """Return the bookings that nothing has taken back, the last first."""
    undone = aliased(LedgerEntry)
    return session.execute(
        select(LedgerEntry, Assessment)
        .join(Assessment, Assessment.id == LedgerEntry.assessment_id)
        .outerjoin(
            undone,
            and_(
                undone.assessment_id == LedgerEntry.assessment_id,
                undone.turn == LedgerEntry.turn,
                undone.kind == EntryKind.UNBOOKING,
            ),
        )
        .where(
            LedgerEntry.employer_id == employer_id,
            LedgerEntry.kind == EntryKind.ALLOCATION,
            undone.id.is_(None),
        )
        .order_by(LedgerEntry.sequence.desc())
    ).all()


def _objection(session: Session, employer: Employer, months: Sequence[Due]) -> str | None:
    """Return what has been built on these months, which forbids to take them back."""
    if not months:
        return None
    named = "、".join(due.month.label for due in months)
    if employer.status is not EmployerStatus.NORMAL:
        return f"需撤销{named}的入账，而单位已{employer.status.label}，请先恢复正常缴存"
    deferral = session.scalar(
        select(Case.status).where(
            Case.employer_id == employer.id, Case.kind == BusinessKind.DEFERRAL,
            Case.status.in_(LIVE), Case.status != CaseStatus.DRAFT,
        )
    )  # fmt: skip
    if deferral:
        return f"需撤销{named}的入账，而单位的缓缴业务{deferral.label}，请先办结"
    closed = session.scalar(
        select(func.count(func.distinct(Contributor.id)))
        .join(AssessmentLine, AssessmentLine.contributor_id == Contributor.id)
        .where(
            AssessmentLine.assessment_id.in_([due.assessment_id for due in months]),
            AssessmentLine.employer_id == employer.id,
            Contributor.status.not_in(OPEN),
        )
    )
    if closed:
        return f"需撤销{named}的入账，而其中{closed}名缴存人已销户"
    return None


def unbook(
    session: Session, employer: Employer, found: Plan, actor: Actor, correction_id: int
) -> list[tuple[Assessment, date, date]]:
    """Give the months of a plan back; return each with its day of booking and today.

    The employer's row is locked.
    """
    undone = []
    for assessment_id, turn in found.entries:
        month = session.get_one(Assessment, assessment_id)
        amount = month.employer_amount + month.contributor_amount
        booking.post(
            session, employer.id, actor, EntryKind.UNBOOKING, amount,
            assessment_id=month.id, turn=turn, correction_id=correction_id,
        )  # fmt: skip
        undone.append((month, month.booked_on or clock.today(), clock.today()))
        month.status, month.booked_on = AssessmentStatus.APPROVED, None
        session.flush()
        _move_paid_to_back(session, employer, Month.of(month.month))
        _tell(session, employer, month, amount, actor)
    return undone


def _tell(
    session: Session, employer: Employer, month: Assessment, amount: Decimal, actor: Actor
) -> None:
    audit.record(
        session, actor, AuditAction.MONTH_UNBOOKED, f"assessment:{month.id}",
        employer=employer.id, month=month.month,
    )  # fmt: skip
    reached = Month.of(employer.paid_to).label if employer.paid_to else "—"
    trail.tell(
        session,
        month,
        f"因到账登记有误已冲正，贵单位{Month.of(month.month).label}住房公积金{amount:,.2f}元的"
        f"入账已撤销，缴至年月为{reached}，请重新缴款。",
    )


def _last_paid(session: Session, employer: Employer, month: Month) -> int | None:
    """Return the month before this one that was paid; those that nobody was in are passed over."""
    booked = select(Assessment.month).where(
        Assessment.employer_id == employer.id,
        Assessment.status == AssessmentStatus.BOOKED,
        Assessment.month >= employer.first_month,
        Assessment.month < month.number,
    )
    last = session.scalar(booked.order_by(Assessment.month.desc()).limit(1)) or 0
    before = Month.of(employer.first_month).through(month.plus(-1))
    since = [earlier for earlier in before if earlier.number > last]
    filled = months_due.with_anybody(session, employer, since)
    return filled[-1].number if filled else last or None


def _move_paid_to_back(session: Session, employer: Employer, month: Month) -> None:
    """Let 缴至年月 of the employer and of those in the month end before it."""
    if employer.paid_to is None or employer.paid_to < month.number:
        return
    latest, before = employer.paid_to, month.plus(-1).number
    employer.paid_to = _last_paid(session, employer, month)
    own = and_(Assessment.employer_id == employer.id, Assessment.deleted_at.is_(None))
    people = (
        select(AssessmentLine.contributor_id)
        .join(Assessment, Assessment.id == AssessmentLine.assessment_id)
        .where(
            own,
            AssessmentLine.employer_id == employer.id,
            Assessment.month.between(month.number, latest),
        )
    )
    line, booked = aliased(AssessmentLine), aliased(Assessment)
    last_paid = (
        select(func.max(booked.month))
        .join(line, line.assessment_id == booked.id)
        .where(
            line.contributor_id == Contributor.id,
            booked.status == AssessmentStatus.BOOKED,
            booked.month < month.number,
        )
        .correlate(Contributor)
        .scalar_subquery()
    )
    # months from before the hall have no lines: who was here then had been paid for
    earlier = case((Contributor.first_month < month.number, before), else_=None)
    session.execute(
        update(Contributor)
        .where(
            Contributor.id.in_(people), Contributor.paid_to.between(month.number, latest)
        )
        .values(paid_to=func.coalesce(last_paid, earlier))
        .execution_options(synchronize_session=False)
    )  # fmt: skip
