"""Review (中心审批): a case as an officer sees it, her decision, 转办."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import OFFICERS, Action, AuditAction, CaseStatus, ContributorStatus
from data.models.case import Case
from data.models.people import User
from data.models.register import Employer
from services import audit, standing, working_days
from services.actor import Actor
from services.approval import casework, deciders, engine, history, holding, papers
from services.approval.history import Stage
from services.approval.papers import Paper
from services.approval.sheet import Check, Outcome, Sheet
from services.businesses import BY_CODE
from services.deferral import periods
from services.errors import BusinessError, NotFound
from services.rules import clock
from services.rules.months import Month
from services.rules.rates import pair
from services.rules.workdays import Urgency

EARLIER_CASES = 10


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
    submitted_by: str
    submitted_at: datetime | None
    due_on: date | None
    urgency: Urgency | None
    """How the due day stands today, while the case waits."""
    held_by: str | None
    """The other officer who has it open now; then this one may only look."""
    not_hers: str | None
    """Why this officer decides nothing here, whoever has it open; None where she may."""
    checks: list[Check]
    """What each rule says as things stand now, while the case waits."""
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
def open_case(actor: Actor, case_id: int) -> CasePage:
    """Return a case of the officer's branch, and keep it for her where she may decide it.

    Raises NotFound, OtherBranch, Withdrawn.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        case = casework.of_branch(session, case_id, actor, to_look=True)
        not_hers = _not_hers(session, case, actor)
        is_open = case.opened_by == actor.user_id
        if not_hers is None:
            holding.hold(session, case, actor)
        if not is_open:
            audit.record(
                session, actor, AuditAction.CASE_OPENED, casework.about(case),
                employer=case.employer_id,
            )  # fmt: skip
        return _page(session, case, actor, not_hers)


@audit.refusals
def leave(actor: Actor, case_id: int) -> None:
    """Let a colleague have the case: this officer no longer has it open. Raises NotFound, OtherBranch."""
    actor.require(*OFFICERS)
    with transaction() as session:
        case = session.scalar(select(Case).filter_by(id=case_id).with_for_update())
        if case is None:
            raise NotFound(what="该业务")
        casework.require_branch(session, case, actor)
        if case.opened_by == actor.user_id:
            holding.let_go(case)


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


@audit.refusals
def colleagues(actor: Actor) -> dict[int, str]:
    """Return who works in the officer's branch and role, herself included: user id to name."""
    actor.require(*OFFICERS)
    with snapshot() as session:
        chosen = select(User.id, User.name).where(deciders.is_colleague(actor)).order_by(User.id)
        return dict(session.execute(chosen).all())


@audit.refusals
def transfer(
    actor: Actor, case_id: int, colleague_id: int, *, version: int, reason: str = ""
) -> None:
    """转办. Raises as `engine.transfer` does."""
    actor.require(*OFFICERS)
    with transaction() as session:
        case = casework.of_branch(session, case_id, actor)
        engine.transfer(
            session, BY_CODE[case.kind], case, colleague_id, actor, version=version, reason=reason
        )


def _checks(session: Session, case: Case, objection: str | None) -> list[Check]:
    """Return what each rule says of a case that waits; in the end what would really refuse it."""
    if case.status is not CaseStatus.PENDING:
        return []
    said = BY_CODE[case.kind].checks(session, case)
    if objection and all(check.outcome is not Outcome.FAILED for check in said):
        said.append(Check("办结复核", "审批通过时按当前数据重新检查", Outcome.FAILED, objection))
    return said


def _decide(actor: Actor, case_id: int, action: Action, version: int, opinion: str) -> None:
    actor.require(*OFFICERS)
    with transaction() as session:
        case = casework.of_branch(session, case_id, actor)
        kind = BY_CODE[case.kind]
        engine.decide(session, kind, case, action, actor, version=version, opinion=opinion)


def _not_hers(session: Session, case: Case, actor: Actor) -> str | None:
    if case.status is not CaseStatus.PENDING:
        return None
    try:
        deciders.require_decider(session, BY_CODE[case.kind], case, actor)
    except BusinessError as refusal:
        return str(refusal)
    return None


def _page(session: Session, case: Case, actor: Actor, not_hers: str | None) -> CasePage:
    kind = BY_CODE[case.kind]
    held_by = holding.held_by_other(session, case, actor)
    is_waiting = case.status is CaseStatus.PENDING
    days = working_days.calendar(session)
    objection = engine.objection(session, kind, case)
    return CasePage(
        case_id=case.id,
        serial=case.serial or "",
        kind=case.kind.label,
        status=case.status,
        version=case.version,
        effective_month=Month.of(case.effective_month),
        submitted_by=session.scalar(select(User.name).filter_by(id=case.submitted_by)) or "",
        submitted_at=clock.in_china(case.submitted_at) if case.submitted_at else None,
        due_on=case.due_on,
        urgency=days.urgency(case.due_on, clock.today()) if is_waiting and case.due_on else None,
        held_by=held_by,
        not_hers=not_hers,
        checks=_checks(session, case, objection),
        objection=objection,
        can_decide=is_waiting and not_hers is None and held_by is None,
        employer=_employer(session, case.employer_id),
        sheet=kind.present(session, case),
        papers=papers.listed(session, kind, case),
        course=history.course(session, kind, case),
        earlier=_earlier(session, case),
    )


def _employer(session: Session, employer_id: int) -> EmployerFacts:
    employer = session.get_one(Employer, employer_id)
    counts, due = standing.counted(session, employer_id)
    return EmployerFacts(
        employer.number, employer.name, employer.uscc, employer.kind.label, employer.branch.label,
        employer.status.label, pair(employer.employer_rate, employer.contributor_rate),
        counts[ContributorStatus.NORMAL], counts[ContributorStatus.SEALED], due,
        str(periods.assessed_to(session, employer) or "—"), _month(employer.paid_to),
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
