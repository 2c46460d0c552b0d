"""The center's side of assessed months: approving, returning, booking (domain rules 4.3)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import OFFICERS, Action, AssessmentStatus, AuditAction, RemittanceKind, Role
from data.models.case import Case
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment, AssessmentLine
from services import audit
from services.actor import Actor
from services.approval import conflicts, engine
from services.approval.engine import NoReason
from services.errors import BusinessError, NotFound
from services.remittance import edit, trail
from services.rules import clock
from services.rules.months import Month
from services.summary import keep


class NotWaiting(BusinessError):
    message = "{month}的核定{status}，不能执行此操作"


class EarlierUnbooked(BusinessError):
    message = "请先办理{month}的入账"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A month that waits for the center: for approval, or for its money. Amounts are yuan."""

    assessment_id: int
    employer_number: str
    employer_name: str
    month: Month
    kind: RemittanceKind
    status: AssessmentStatus
    heads: int
    amount: Decimal
    assessed_at: datetime
    """China's time."""


@audit.refusals
def waiting(actor: Actor) -> list[Waiting]:
    """Return the branch's months that wait for approval or for booking, the oldest first."""
    actor.require(*OFFICERS)
    chosen = (
        select(Assessment, Employer.number, Employer.name)
        .join(Employer, Employer.id == Assessment.employer_id)
        .where(
            Employer.branch == actor.branch,
            Assessment.status.in_((AssessmentStatus.ASSESSED, AssessmentStatus.APPROVED)),
            Assessment.deleted_at.is_(None),
        )
        .order_by(Assessment.assessed_at, Assessment.id)
    )
    with snapshot() as session:
        return [
            Waiting(
                row.id,
                number,
                name,
                Month.of(row.month),
                row.kind,
                row.status,
                row.heads,
                row.employer_amount + row.contributor_amount,
                clock.in_china(row.assessed_at),
            )
            for row, number, name in session.execute(chosen)
        ]


@audit.refusals
def confirm_arrival(actor: Actor, assessment_id: int) -> None:
    """到账确认: the month's money has arrived in full. Raises as `book`, NotAllowed, OtherBranch."""
    actor.require(*OFFICERS)
    with transaction() as session:
        found = session.get(Assessment, assessment_id)
        branch = found and session.scalar(select(Employer.branch).filter_by(id=found.employer_id))
        if found is None:
            raise NotFound(what="该月核定")
        if branch is not actor.branch:
            raise engine.OtherBranch
        book(session, assessment_id)
        audit.record(
            session, actor, AuditAction.MONTH_BOOKED, f"assessment:{assessment_id}",
            employer=found.employer_id, month=found.month,
        )  # fmt: skip


@audit.refusals
def approve(actor: Actor, assessment_id: int, *, opinion: str = "同意") -> None:
    """通过: the month may be printed and paid. Raises NotFound, OtherBranch, NotWaiting, NotAllowed."""
    with transaction() as session:
        found = _taken(session, actor, assessment_id)
        found.status = AssessmentStatus.APPROVED
        trail.note(session, found, actor, Action.APPROVE, opinion.strip())


@audit.refusals
def send_back(actor: Actor, assessment_id: int, *, reason: str) -> None:
    """审批退回: this month, and with it every later one that rests on it.

    Raises NoReason, and as `approve`.
    """
    if not (reason := reason.strip()):
        raise NoReason
    with transaction() as session:
        found = _taken(session, actor, assessment_id)
        employer = session.get_one(Employer, found.employer_id)
        later = select(Assessment).where(*edit.standing(found), Assessment.month >= found.month)
        months = session.scalars(later.order_by(Assessment.month.desc())).all()
        for month in months:
            edit.take_back(session, employer, month, AssessmentStatus.RETURNED)
            trail.note(session, month, actor, Action.RETURN, reason)
            trail.tell(
                session,
                month,
                f"您办理的{Month.of(month.month).label}汇缴核定已被退回，原因：{reason}。"
                "请修改后重新核定。",
            )
        keep.assessed(session, months, sign=-1)


def book(session: Session, assessment_id: int) -> None:
    """入账: the month is paid; 缴至年月 follows as far as months are booked without a gap.

    Raises NotWaiting unless it is approved, EarlierUnbooked where an earlier month is not booked.
    """
    found = session.get(Assessment, assessment_id)
    if found is None:
        raise NotFound(what="该月核定")
    employer = conflicts.lock_employer(session, found.employer_id)
    if found.status is not AssessmentStatus.APPROVED:
        raise NotWaiting(month=Month.of(found.month).label, status=found.status.label)
    earlier = session.scalar(
        select(Assessment.month)
        .where(
            *edit.standing(found),
            Assessment.month < found.month,
            Assessment.status != AssessmentStatus.BOOKED,
        )
        .order_by(Assessment.month)
        .limit(1)
    )
    if earlier:
        raise EarlierUnbooked(month=Month.of(earlier).label)
    found.status, found.booked_on = AssessmentStatus.BOOKED, clock.today()
    session.flush()
    _move_paid_to(session, employer)
    keep.money(session, booked=[found])


def _move_paid_to(session: Session, employer: Employer) -> None:
    """Move 缴至年月 of the employer and of those in the months, month after month."""
    paid = Assessment.status == AssessmentStatus.BOOKED
    booked = select(Assessment).where(Assessment.employer_id == employer.id, paid)
    by_month = {row.month: row for row in session.scalars(booked)}
    month = _first_unpaid(employer)
    while row := by_month.get(month.number):
        people = select(AssessmentLine.contributor_id).where(AssessmentLine.assessment_id == row.id)
        session.execute(
            update(Contributor)
            .where(Contributor.id.in_(people))
            .values(paid_to=row.month)
            .execution_options(synchronize_session=False)
        )
        employer.paid_to = row.month
        month = month.plus(1)


def _first_unpaid(employer: Employer) -> Month:
    if employer.paid_to:
        return Month.of(employer.paid_to).plus(1)
    return Month.of(employer.first_month)


def _taken(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """Return a month of the officer's branch that waits for approval, its employer locked."""
    actor.require(Role.REVIEWER)
    found = session.get(Assessment, assessment_id)
    case = session.get(Case, found.case_id) if found and found.case_id else None
    if found is None or case is None:
        raise NotFound(what="该月核定")
    engine.require_branch(session, case, actor)
    conflicts.lock_employer(session, found.employer_id)
    session.refresh(found)
    if found.deleted_at or found.status is not AssessmentStatus.ASSESSED:
        raise NotWaiting(month=Month.of(found.month).label, status=found.status.label)
    return found
