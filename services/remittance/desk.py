"""The center's side of assessed months: what waits, approving, returning (domain rules 4.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import OFFICERS, Action, AssessmentStatus, RemittanceKind, Role
from data.models.case import Case
from data.models.register import Employer
from data.models.remittance import Assessment
from services import audit
from services.actor import Actor
from services.approval import casework, conflicts
from services.approval.refusals import NoReason
from services.errors import BusinessError, NotFound
from services.remittance import balances, edit, trail
from services.rules import clock
from services.rules.months import Month
from services.summary import keep

A_PAGE = 20
WAITING = (AssessmentStatus.ASSESSED, AssessmentStatus.APPROVED)


class NotWaiting(BusinessError):
    message = "{month}的核定{status}，不能执行此操作"


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
    balance: Decimal
    """What the employer has unallocated (未分摊)."""
    assessed_at: datetime
    """China's time."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the months that wait, and how many there are by status."""

    months: list[Waiting]
    counts: Mapping[AssessmentStatus, int]


@audit.refusals
def waiting(
    actor: Actor,
    status: AssessmentStatus | None = None,
    words: str = "",
    *,
    page: int = 1,
) -> Page:
    """Return the branch's months that wait for approval or for money, the oldest first.

    `words` are part of an employer's number or name; a page has A_PAGE months.
    """
    actor.require(*OFFICERS)
    chosen = [
        Employer.branch == actor.branch,
        Assessment.status.in_(WAITING),
        Assessment.deleted_at.is_(None),
        *balances.named(words),
    ]
    with snapshot() as session:
        counts = _counts(session, chosen)
        if status:
            chosen.append(Assessment.status == status)
        found = session.execute(
            select(Assessment, Employer.number, Employer.name, balances.of_employer())
            .join(Employer, Employer.id == Assessment.employer_id)
            .where(*chosen)
            .order_by(Assessment.assessed_at, Assessment.id)
            .limit(A_PAGE)
            .offset((page - 1) * A_PAGE)
        )
        return Page([_listed(*row) for row in found], counts)


def _counts(session: Session, chosen: Sequence[ColumnElement[bool]]) -> dict[AssessmentStatus, int]:
    found = session.execute(
        select(Assessment.status, func.count())
        .join(Employer, Employer.id == Assessment.employer_id)
        .where(*chosen)
        .group_by(Assessment.status)
    )
    return dict.fromkeys(WAITING, 0) | dict(found.all())


def _listed(row: Assessment, number: str, name: str, balance: Decimal | None) -> Waiting:
    return Waiting(
        row.id, number, name, Month.of(row.month), row.kind, row.status, row.heads,
        row.employer_amount + row.contributor_amount, balance or Decimal("0.00"),
        clock.in_china(row.assessed_at),
    )  # fmt: skip


@audit.refusals
def approve(actor: Actor, assessment_id: int, *, opinion: str = "同意") -> None:
    """通过: the month may be printed and paid. Raises NotFound, OtherBranch, NotWaiting, NotAllowed."""
    with transaction() as session:
        found = _taken(session, actor, assessment_id)
        found.status = AssessmentStatus.APPROVED
        trail.note(session, found, actor, Action.APPROVE, opinion.strip())
        due = found.employer_amount + found.contributor_amount
        trail.tell(
            session,
            found,
            f"贵单位{Month.of(found.month).label}{found.kind.label}核定已经中心审批通过，"
            f"应缴{due:,.2f}元，请及时缴款。",
        )


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


def _taken(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """Return a month of the officer's branch that waits for approval, its employer locked."""
    actor.require(Role.REVIEWER)
    found = session.get(Assessment, assessment_id)
    case = session.get(Case, found.case_id) if found and found.case_id else None
    if found is None or case is None:
        raise NotFound(what="该月核定")
    casework.require_branch(session, case, actor)
    conflicts.lock_employer(session, found.employer_id)
    session.refresh(found)
    if found.deleted_at or found.status is not AssessmentStatus.ASSESSED:
        raise NotWaiting(month=Month.of(found.month).label, status=found.status.label)
    return found
