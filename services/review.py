"""Review (中心审批): what waits for an officer, a case as she sees it, her decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.base import YuanType
from data.database import snapshot, transaction
from data.enums import OFFICERS, Action, AuditAction, CaseStatus, ContributorStatus
from data.models.case import Case
from data.models.people import User
from data.models.register import Contributor, Employer
from services import audit, businesses
from services.actor import Actor
from services.approval import engine, history, papers
from services.approval.engine import ApprovalKind
from services.approval.history import Stage
from services.approval.papers import Paper
from services.approval.sheet import Sheet
from services.rules import clock
from services.rules.months import Month

KINDS: Mapping[str, ApprovalKind] = {kind.code: kind for kind in businesses.KINDS}
EARLIER_CASES = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case in the queue. Times are China's."""

    case_id: int
    serial: str
    kind: str
    employer_number: str
    employer_name: str
    submitted_by: str
    submitted_at: datetime
    status: CaseStatus
    opened_by: str | None
    """The other officer who has it open now."""


@dataclass(frozen=True, slots=True)
class EmployerFacts:
    """What an officer should know of the employer. Amounts are yuan a month."""

    number: str
    name: str
    uscc: str
    kind: str
    branch: str
    status: str
    rates: str
    normal: int
    sealed: int
    monthly_amount: Decimal
    assessed_to: str
    paid_to: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with all that its decision needs."""

    case_id: int
    serial: str
    kind: str
    status: CaseStatus
    version: int
    effective_month: Month
    held_by: str | None
    """The other officer who has it open now; then this one may only look."""
    objection: str | None
    """What an approval would be refused for as things stand now."""
    can_decide: bool
    employer: EmployerFacts
    sheet: Sheet
    papers: list[Paper]
    course: list[Stage]
    earlier: list[tuple[str, str, str]]
    """The employer's earlier cases of this kind: serial, status, day it ended."""


@audit.refusals
def queue(actor: Actor, *, waiting: bool = True) -> list[Waiting]:
    """Return the branch's cases that wait (oldest first), or those decided (latest first)."""
    actor.require(*OFFICERS)
    chosen = (
        select(Case, Employer.number, Employer.name, User.name)
        .join(Employer, Employer.id == Case.employer_id)
        .join(User, User.id == Case.submitted_by)
        .where(Employer.branch == actor.branch)
    )
    if waiting:
        chosen = chosen.where(Case.status == CaseStatus.PENDING).order_by(
            Case.submitted_at, Case.id
        )
    else:
        decided = (CaseStatus.APPROVED, CaseStatus.RETURNED, CaseStatus.REJECTED, CaseStatus.CLOSED)
        chosen = chosen.where(Case.status.in_(decided)).order_by(Case.submitted_at.desc())
    with snapshot() as session:
        return [
            Waiting(
                case.id,
                case.serial or "",
                case.kind.label,
                number,
                employer,
                clerk,
                clock.in_china(case.submitted_at),
                case.status,
                engine.held_by_other(session, case, actor),
            )
            for case, number, employer, clerk in session.execute(chosen).all()
            if case.submitted_at
        ]


@audit.refusals
def open_case(actor: Actor, case_id: int) -> CasePage:
    """Return a case of the officer's branch, and keep it for her where nobody else has it.

    Raises NotFound, OtherBranch.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        case = engine.of_branch(session, case_id, actor)
        engine.hold(session, case, actor)
        audit.record(
            session, actor, AuditAction.CASE_OPENED, engine.about(case), employer=case.employer_id
        )
        return _page(session, case, actor)


@audit.refusals
def approve(actor: Actor, case_id: int, *, version: int, opinion: str) -> None:
    """通过. Raises as `engine.decide` does."""
    _decide(actor, case_id, Action.APPROVE, version, opinion)


@audit.refusals
def send_back(actor: Actor, case_id: int, *, version: int, opinion: str) -> None:
    """退回: the employer mends it and submits again. Raises as `engine.decide` does."""
    _decide(actor, case_id, Action.RETURN, version, opinion)


@audit.refusals
def reject(actor: Actor, case_id: int, *, version: int, opinion: str) -> None:
    """不通过. Raises as `engine.decide` does."""
    _decide(actor, case_id, Action.REJECT, version, opinion)


def _decide(actor: Actor, case_id: int, action: Action, version: int, opinion: str) -> None:
    actor.require(*OFFICERS)
    with transaction() as session:
        case = engine.of_branch(session, case_id, actor)
        kind = KINDS[case.kind]
        engine.decide(session, kind, case, action, actor, version=version, opinion=opinion)


def _page(session: Session, case: Case, actor: Actor) -> CasePage:
    kind = KINDS[case.kind]
    held_by = engine.held_by_other(session, case, actor)
    levels = engine.levels(session, kind, case)
    is_mine = case.status is CaseStatus.PENDING and actor.role is levels[case.level - 1]
    return CasePage(
        case_id=case.id,
        serial=case.serial or "",
        kind=case.kind.label,
        status=case.status,
        version=case.version,
        effective_month=Month.of(case.effective_month),
        held_by=held_by,
        objection=engine.objection(session, kind, case),
        can_decide=is_mine and held_by is None,
        employer=_employer(session, case.employer_id),
        sheet=kind.present(session, case),
        papers=papers.listed(session, kind, case),
        course=history.course(session, kind, case),
        earlier=_earlier(session, case),
    )


def _employer(session: Session, employer_id: int) -> EmployerFacts:
    employer = session.get_one(Employer, employer_id)
    counts = dict(
        session.execute(
            select(Contributor.status, func.count())
            .where(Contributor.employer_id == employer_id)
            .group_by(Contributor.status)
        ).all()
    )
    due = session.scalar(
        select(
            func.sum(Contributor.employer_amount + Contributor.contributor_amount, type_=YuanType)
        ).where(
            Contributor.employer_id == employer_id, Contributor.status == ContributorStatus.NORMAL
        )
    )
    return EmployerFacts(
        employer.number, employer.name, employer.uscc, employer.kind.label, employer.branch.label,
        employer.status.label, f"{employer.employer_rate}%+{employer.contributor_rate}%",
        counts.get(ContributorStatus.NORMAL, 0), counts.get(ContributorStatus.SEALED, 0),
        due or Decimal(0), _month(employer.assessed_to), _month(employer.paid_to),
        employer.opened_on,
    )  # fmt: skip


def _month(number: int | None) -> str:
    return str(Month.of(number)) if number else "—"


def _earlier(session: Session, case: Case) -> list[tuple[str, str, str]]:
    found = session.scalars(
        select(Case)
        .filter_by(employer_id=case.employer_id, kind=case.kind)
        .where(Case.id != case.id, Case.serial.is_not(None))
        .order_by(Case.id.desc())
        .limit(EARLIER_CASES)
    )
    return [
        (
            row.serial or "",
            row.status.label,
            f"{clock.in_china(row.ended_at):%Y-%m-%d}" if row.ended_at else "—",
        )
        for row in found
    ]
