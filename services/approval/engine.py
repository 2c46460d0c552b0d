"""One approval for every business: submit, decide, and on approval apply the effect.

A business declares an `ApprovalKind`; what its case becomes is written in `moving` alone.
"""

from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.enums import Action, AuditAction, CaseStatus, Channel
from data.models.case import Case, Message
from data.models.people import User
from data.models.register import ContributorChange, Employer
from services import audit, working_days
from services.actor import Actor
from services.approval import casework, deciders, evidence, holding, moving, requirements
from services.approval.kind import ApprovalKind
from services.approval.refusals import (
    BeingReviewed,
    NoColleague,
    NoReason,
    NotYourStep,
    OpinionTooLong,
    SamePerson,
)
from services.errors import BusinessError, NotAllowed, Stale
from services.rules import clock

OPINION_LENGTH = 500


def submit(
    session: Session, kind: ApprovalKind, case: Case, actor: Actor, *, version: int, client_id: str
) -> None:
    """Send the case to the center, or finish it at once where the kind needs no approval.

    `version` is the one the clerk's page showed; `client_id` names her click, so that the same
    click sent twice is one submission. Raises Stale, IllegalMove, NotAllowed, and whatever
    `kind.check` raises.
    """
    if casework.was_submitted(session, case, client_id):
        return
    kind.check(session, case)
    evidence_id = evidence.witness(
        session, actor, case, Action.SUBMIT, partial(kind.present, session, case)
    )
    deciding = requirements.levels_today(session, kind.code, kind.levels)
    lands = CaseStatus.PENDING if deciding else CaseStatus.APPROVED
    moving.move(
        session, case, Action.SUBMIT, actor, version=version, client_id=client_id, lands=lands,
        evidence_id=evidence_id,
    )  # fmt: skip
    case.submitted_by, case.submitted_at, case.level = actor.user_id, clock.now(), 1
    case.levels = requirements.written(deciding)
    case.serial = case.serial or _serial(case)
    if deciding:
        case.waits_for = deciding[0]
        case.due_on = working_days.due_on(session, kind.days, clock.today())
    else:
        _finish(session, kind, case, actor)


def decide(
    session: Session,
    kind: ApprovalKind,
    case: Case,
    action: Action,
    actor: Actor,
    *,
    version: int,
    opinion: str,
) -> None:
    """Record the center's decision; at the last approval apply the effect.

    Raises NoReason, Stale, OtherBranch, OtherLevel, SamePerson, HandedOn, BeingReviewed, and at the last
    approval whatever `kind.check` raises; then nothing has changed.
    """
    opinion = opinion.strip()
    if action not in (Action.APPROVE, Action.RETURN, Action.REJECT):
        raise NotAllowed
    deciders.require_decider(session, kind, case, actor)
    _require_reason(action, opinion)
    if case.version != version or case.status is not CaseStatus.PENDING:
        raise Stale
    if holder := holding.held_by_other(session, case, actor):
        raise BeingReviewed(name=holder)
    is_last = case.level >= len(deciders.levels(session, kind, case))
    if action is Action.APPROVE and is_last:
        kind.check(session, case)
    lands = CaseStatus.PENDING if action is Action.APPROVE and not is_last else None
    present = partial(kind.present, session, case)
    evidence_id = evidence.witness(session, actor, case, action, present, opinion=opinion)
    moving.move(
        session, case, action, actor, version=version, opinion=opinion, lands=lands,
        evidence_id=evidence_id,
    )  # fmt: skip
    case.opened_by = case.opened_until = case.assigned_to = case.waits_for = None
    if action is not Action.APPROVE:
        _tell(session, case, _turned_back(case, opinion))
    elif is_last:
        _finish(session, kind, case, actor)
    else:
        case.level += 1
        case.waits_for = deciders.levels(session, kind, case)[case.level - 1]


def _require_reason(action: Action, opinion: str) -> None:
    if action is not Action.APPROVE and not opinion:
        raise NoReason
    if len(opinion) > OPINION_LENGTH:
        raise OpinionTooLong(limit=OPINION_LENGTH)


def transfer(
    session: Session,
    kind: ApprovalKind,
    case: Case,
    colleague_id: int,
    actor: Actor,
    *,
    version: int,
    reason: str = "",
) -> None:
    """Hand the case (转办) to a colleague of the same role and branch, who alone decides it then.

    Every officer of that role and branch may do it, also to take over what a colleague on leave
    was handed; it stays on record. Raises NoColleague, SamePerson, BeingReviewed, OtherBranch,
    OtherLevel, Stale.
    """
    deciders.require_level(session, kind, case, actor)
    there = case.assigned_to or actor.user_id
    colleague = session.scalar(
        select(User).where(deciders.is_colleague(actor), User.id == colleague_id)
    )
    if colleague is None or colleague.id == there:
        raise NoColleague
    if colleague.id in deciders.hands(session, case):
        raise SamePerson
    if holder := holding.held_by_other(session, case, actor):
        raise BeingReviewed(name=holder)
    said = f"转给{colleague.name}" + (f"：{reason.strip()}" if reason.strip() else "")
    if len(said) > OPINION_LENGTH:
        raise OpinionTooLong(limit=OPINION_LENGTH)
    moving.move(session, case, Action.TRANSFER, actor, version=version, opinion=said)
    case.opened_by = case.opened_until = None
    case.assigned_to = colleague.id


def withdraw(session: Session, case: Case, actor: Actor, *, version: int) -> None:
    """Take a submission back (撤回), while nobody at the center has decided on it.

    An officer who only has it open, or handed it to a colleague, has not decided. The case can be
    mended and submitted again, or ended. Raises NotYourStep, IllegalMove, Stale.
    """
    if case.status is CaseStatus.PENDING and not can_withdraw(case, actor):
        raise NotYourStep
    moving.move(session, case, Action.WITHDRAW, actor, version=version)
    case.opened_by = case.opened_until = case.assigned_to = case.waits_for = case.due_on = None


def can_withdraw(case: Case, actor: Actor) -> bool:
    """Tell whether the last step that counts is this clerk's own submission."""
    is_first = case.status is CaseStatus.PENDING and case.level == 1
    return is_first and case.submitted_by == actor.user_id


def close(session: Session, case: Case, actor: Actor, *, version: int) -> None:
    """End a case that came back (结束流程), so that the employer can apply again."""
    moving.move(session, case, Action.CLOSE, actor, version=version)
    case.ended_at = clock.now()


def objection(session: Session, kind: ApprovalKind, case: Case) -> str | None:
    """Say what an approval would be refused for as things stand, or None."""
    if case.status is not CaseStatus.PENDING:
        return None
    try:
        kind.check(session, case)
    except BusinessError as refusal:
        return str(refusal)
    return None


def _finish(session: Session, kind: ApprovalKind, case: Case, actor: Actor) -> None:
    case.ended_at = clock.now()
    session.flush()
    kind.apply(session, case)
    session.flush()
    changed = select(func.count()).where(
        ContributorChange.employer_id == case.employer_id, ContributorChange.case_id == case.id
    )
    audit.record(
        session, actor, AuditAction.CASE_EFFECT, casework.about(case), employer=case.employer_id,
        kind=case.kind.value, month=case.effective_month, changes=session.scalars(changed).one(),
    )  # fmt: skip
    _tell(session, case, kind.done)


def _turned_back(case: Case, reason: str) -> str:
    return (
        f"您提交的{case.kind.label}业务（流水号{case.serial}）{case.status.label}，"
        f"原因：{reason}。请在“待办”中打开，修改后重新提交或结束流程。"
    )


def _tell(session: Session, case: Case, text: str) -> None:
    employer = session.get_one(Employer, case.employer_id)
    session.add(
        Message(
            employer_id=case.employer_id,
            case_id=case.id,
            kind=case.kind,
            text=f"尊敬的{employer.name}，{text}",
            channel=Channel.HALL,
            sent_at=clock.now(),
        )
    )


def _serial(case: Case) -> str:
    """Return the 15-digit serial (业务流水号): 01, the day, and the case's own number."""
    return f"01{clock.today():%y%m%d}{case.id:07d}"
