"""One approval for every business: submit, decide, and on approval apply the effect.

A business declares an `ApprovalKind`; nothing else in the project writes `Case.status`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.enums import (
    OFFICERS,
    Action,
    AuditAction,
    BusinessKind,
    CaseStatus,
    Channel,
    PolicyKey,
    Role,
)
from data.models.case import LIVE, Case, Message, Step
from data.models.people import User
from data.models.register import ContributorChange, Employer
from services import audit, working_days
from services.actor import Actor
from services.approval import evidence, requirements
from services.approval.requirements import Material
from services.approval.sheet import Check, Sheet
from services.errors import BusinessError, NotAllowed, NotFound, Stale
from services.rules import clock

#: Every legal move; there are no others.
MOVES = {
    (CaseStatus.DRAFT, Action.SUBMIT): CaseStatus.PENDING,
    (CaseStatus.RETURNED, Action.SUBMIT): CaseStatus.PENDING,
    (CaseStatus.REJECTED, Action.SUBMIT): CaseStatus.PENDING,
    (CaseStatus.WITHDRAWN, Action.SUBMIT): CaseStatus.PENDING,
    (CaseStatus.RETURNED, Action.CLOSE): CaseStatus.CLOSED,
    (CaseStatus.REJECTED, Action.CLOSE): CaseStatus.CLOSED,
    (CaseStatus.WITHDRAWN, Action.CLOSE): CaseStatus.CLOSED,
    (CaseStatus.PENDING, Action.WITHDRAW): CaseStatus.WITHDRAWN,
    (CaseStatus.PENDING, Action.TRANSFER): CaseStatus.PENDING,
    (CaseStatus.PENDING, Action.APPROVE): CaseStatus.APPROVED,
    (CaseStatus.PENDING, Action.RETURN): CaseStatus.RETURNED,
    (CaseStatus.PENDING, Action.REJECT): CaseStatus.REJECTED,
}
MAY: dict[Action, tuple[Role, ...]] = {
    Action.SUBMIT: (Role.CLERK,),
    Action.CLOSE: (Role.CLERK,),
    Action.WITHDRAW: (Role.CLERK,),
    Action.TRANSFER: OFFICERS,
    Action.APPROVE: OFFICERS,
    Action.RETURN: OFFICERS,
    Action.REJECT: OFFICERS,
}
_TOLD = {
    Action.SUBMIT: AuditAction.CASE_SUBMIT,
    Action.CLOSE: AuditAction.CASE_CLOSE,
    Action.WITHDRAW: AuditAction.CASE_WITHDRAW,
    Action.TRANSFER: AuditAction.CASE_TRANSFER,
    Action.APPROVE: AuditAction.CASE_APPROVE,
    Action.RETURN: AuditAction.CASE_RETURN,
    Action.REJECT: AuditAction.CASE_REJECT,
}
#: What the employer has to act on again.
TURNED_BACK = (CaseStatus.RETURNED, CaseStatus.REJECTED, CaseStatus.WITHDRAWN)
#: How long an officer who opened a case keeps it to herself.
HOLD = timedelta(minutes=10)
#: How long a note of that is good enough not to be written again at every click.
NOTED_FOR = timedelta(minutes=1)
OPINION_LENGTH = 500


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """What one business adds to the common approval.

    `present` returns what an officer looks at, `checks` what each rule says of the case now, for her
    eyes. What counts is `check`: it raises BusinessError where the case may not stand, at submission
    and again at the last approval, because the facts may have moved in between. `apply` makes it
    so, once, in the approving transaction. `done` is what the employer is then told, in the
    manual's words.
    `levels` names who decides, level by level; none means that submission takes effect at once.
    Levels and materials are what holds until the center sets others (see `requirements`).
    """

    code: BusinessKind
    check: Callable[[Session, Case], None]
    apply: Callable[[Session, Case], None]
    present: Callable[[Session, Case], Sheet]
    done: str
    levels: tuple[Role, ...] = (Role.REVIEWER,)
    materials: tuple[Material, ...] = field(default=())
    checks: Callable[[Session, Case], list[Check]] = lambda _session, _case: []
    days: PolicyKey = PolicyKey.REVIEW_DAYS
    """Which policy says how many working days the center has."""


class AlreadyPending(BusinessError):
    message = "已提交审核但未审批的业务，不得重复提交"


class IllegalMove(BusinessError):
    message = "该业务{status}，不能执行“{action}”"


class NoReason(BusinessError):
    message = "请填写驳回原因"


class OpinionTooLong(BusinessError):
    message = "审批意见最多{limit}字，请精简后再提交"


class OtherBranch(BusinessError):
    message = "该业务不归您所在的管理部办理"
    is_denial = True


class OtherLevel(BusinessError):
    message = "该业务当前由{role}办理"
    is_denial = True


class SamePerson(BusinessError):
    message = "同一业务的不同环节须由不同人员办理"
    is_denial = True


class BeingReviewed(BusinessError):
    message = "{name}正在审核此业务"


class HandedOn(BusinessError):
    message = "该业务已转给{name}办理"


class Withdrawn(BusinessError):
    message = "单位已撤回该业务，请返回列表办理下一件"


class NotYourStep(BusinessError):
    message = "上一步不是您办理的，不能撤回"


class NoColleague(BusinessError):
    message = "请选择本管理部同一岗位的其他在岗人员"


def live(
    session: Session, kind: BusinessKind, employer_id: int, contributor_id: int | None = None
) -> Case | None:
    """Return the case of this kind that has not ended, the employer's or one person's, if any."""
    return session.scalar(_living(kind, employer_id, contributor_id))


def editable(
    session: Session,
    kind: BusinessKind,
    actor: Actor,
    effective_month: int,
    contributor_id: int | None = None,
) -> Case:
    """Return the employer's open case (or that about one person), begun now if need be, and locked.

    Raises AlreadyPending while it is under review.
    """
    case = session.scalar(_living(kind, actor.employer, contributor_id).with_for_update())
    if case is None:
        case = _begin(session, kind, actor, effective_month, contributor_id)
    if case.status is CaseStatus.PENDING:
        raise AlreadyPending
    return case


def submit(
    session: Session, kind: ApprovalKind, case: Case, actor: Actor, *, version: int, client_id: str
) -> None:
    """Send the case to the center, or finish it at once where the kind needs no approval.

    `version` is the one the clerk's page showed; `client_id` names her click, so that the same
    click sent twice is one submission. Raises Stale, IllegalMove, NotAllowed, and whatever
    `kind.check` raises.
    """
    if was_submitted(session, case, client_id):
        return
    kind.check(session, case)
    evidence_id = evidence.witness(
        session, actor, case, Action.SUBMIT, partial(kind.present, session, case)
    )
    deciding = requirements.levels_today(session, kind.code, kind.levels)
    lands = CaseStatus.PENDING if deciding else CaseStatus.APPROVED
    _move(
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


def levels(session: Session, kind: ApprovalKind, case: Case) -> tuple[Role, ...]:
    """Return who decides this case, level by level: as it was submitted, else as it would be today."""
    if case.levels is None or case.status is CaseStatus.DRAFT:
        return requirements.levels_today(session, kind.code, kind.levels)
    return requirements.read(case.levels)


def was_submitted(session: Session, case: Case, client_id: str) -> bool:
    """Tell whether this very click has submitted the case already."""
    return bool(session.scalar(select(Step.id).filter_by(client_id=client_id, case_id=case.id)))


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
    require_decider(session, kind, case, actor)
    if action is not Action.APPROVE and not opinion:
        raise NoReason
    if len(opinion) > OPINION_LENGTH:
        raise OpinionTooLong(limit=OPINION_LENGTH)
    if case.version != version or case.status is not CaseStatus.PENDING:
        raise Stale
    if holder := held_by_other(session, case, actor):
        raise BeingReviewed(name=holder)
    is_last = case.level >= len(levels(session, kind, case))
    if action is Action.APPROVE and is_last:
        kind.check(session, case)
    lands = CaseStatus.PENDING if action is Action.APPROVE and not is_last else None
    evidence_id = evidence.witness(
        session,
        actor,
        case,
        action,
        partial(kind.present, session, case),
        opinion=opinion,
    )
    _move(
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
        case.waits_for = levels(session, kind, case)[case.level - 1]


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
    require_level(session, kind, case, actor)
    there = case.assigned_to or actor.user_id
    colleague = session.scalar(select(User).where(is_colleague(actor), User.id == colleague_id))
    if colleague is None or colleague.id == there:
        raise NoColleague
    if colleague.id in _hands(session, case):
        raise SamePerson
    if holder := held_by_other(session, case, actor):
        raise BeingReviewed(name=holder)
    said = f"转给{colleague.name}" + (f"：{reason.strip()}" if reason.strip() else "")
    if len(said) > OPINION_LENGTH:
        raise OpinionTooLong(limit=OPINION_LENGTH)
    _move(session, case, Action.TRANSFER, actor, version=version, opinion=said)
    case.opened_by = case.opened_until = None
    case.assigned_to = colleague.id


def is_colleague(of: Actor) -> ColumnElement[bool]:
    """Return the condition of a user who works in this one's branch and role."""
    return and_(User.role == of.role, User.branch == of.branch, User.active.is_(True))


def withdraw(session: Session, case: Case, actor: Actor, *, version: int) -> None:
    """Take a submission back (撤回), while nobody at the center has decided on it.

    An officer who only has it open, or handed it to a colleague, has not decided. The case can be
    mended and submitted again, or ended. Raises NotYourStep, IllegalMove, Stale.
    """
    if case.status is CaseStatus.PENDING and not can_withdraw(case, actor):
        raise NotYourStep
    _move(session, case, Action.WITHDRAW, actor, version=version)
    case.opened_by = case.opened_until = case.assigned_to = case.waits_for = case.due_on = None


def can_withdraw(case: Case, actor: Actor) -> bool:
    """Tell whether the last step that counts is this clerk's own submission."""
    is_first = case.status is CaseStatus.PENDING and case.level == 1
    return is_first and case.submitted_by == actor.user_id


def discard(session: Session, case: Case) -> None:
    """Forget a draft that holds nothing any more; whatever was submitted once is kept."""
    if case.status is CaseStatus.DRAFT:
        session.delete(case)
        session.flush()


def close(session: Session, case: Case, actor: Actor, *, version: int) -> None:
    """End a case that came back (结束流程), so that the employer can apply again."""
    _move(session, case, Action.CLOSE, actor, version=version)
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


def hold(session: Session, case: Case, actor: Actor) -> None:
    """Note that this officer has the case open, where nobody else has."""
    if case.status is not CaseStatus.PENDING or held_by_other(session, case, actor):
        return
    until = clock.instant() + HOLD
    noted = case.opened_until if case.opened_by == actor.user_id else None
    if noted is None or until - noted > NOTED_FOR:
        case.opened_by, case.opened_until = actor.user_id, until


def let_go(case: Case) -> None:
    """Note that the officer who had the case open has left it."""
    case.opened_by = case.opened_until = None


def held_by_other(session: Session, case: Case, actor: Actor) -> str | None:
    """Return the name of another officer who has the case open now, if any."""
    if case.opened_by in (None, actor.user_id):
        return None
    if case.opened_until is None or case.opened_until < clock.instant():
        return None
    return session.scalar(select(User.name).filter_by(id=case.opened_by))


def require_branch(session: Session, case: Case, actor: Actor) -> None:
    """Raise OtherBranch unless the case's employer belongs to the officer's branch."""
    branch = session.scalar(select(Employer.branch).filter_by(id=case.employer_id))
    if actor.branch is None or branch is not actor.branch:
        raise OtherBranch


def own(session: Session, case_id: int, actor: Actor) -> Case:
    """Return a case of the clerk's own employer. Raises NotFound for everybody else's."""
    case = session.scalar(
        select(Case).filter_by(id=case_id, employer_id=actor.employer).with_for_update()
    )
    if case is None:
        raise NotFound(what="该业务")
    return case


def of_branch(session: Session, case_id: int, actor: Actor, *, to_look: bool = False) -> Case:
    """Return a submitted case of the officer's branch, locked.

    Who belongs to no branch sees the whole center, `to_look` only. Raises NotFound, OtherBranch,
    Withdrawn.
    """
    actor.require(*OFFICERS)
    case = session.scalar(select(Case).filter_by(id=case_id).with_for_update())
    if case is None or case.status is CaseStatus.DRAFT:
        raise NotFound(what="该业务")
    if not (to_look and actor.branch is None):
        require_branch(session, case, actor)
    if case.status is CaseStatus.WITHDRAWN:
        raise Withdrawn
    return case


def _living(kind: BusinessKind, employer_id: int, contributor_id: int | None) -> Select[Case]:
    about = {"employer_id": employer_id, "kind": kind, "contributor_id": contributor_id}
    return select(Case).filter_by(**about).where(is_live())


def is_live() -> ColumnElement[bool]:
    """Return the condition of a case that has not ended."""
    return Case.status.in_(LIVE)


def _begin(
    session: Session,
    kind: BusinessKind,
    actor: Actor,
    effective_month: int,
    contributor_id: int | None,
) -> Case:
    case = Case(
        employer_id=actor.employer,
        kind=kind,
        status=CaseStatus.DRAFT,
        effective_month=effective_month,
        contributor_id=contributor_id,
        form={},
        started_by=actor.user_id,
        started_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(case)
    except IntegrityError:  # the employer's other clerk began it in this very moment
        again = _living(kind, actor.employer, contributor_id).with_for_update()
        return session.scalars(again).one()
    audit.record(session, actor, AuditAction.CASE_BEGUN, about(case), kind=kind.value)
    return case


def require_level(session: Session, kind: ApprovalKind, case: Case, actor: Actor) -> None:
    """Raise unless the case waits for this officer's role, in her branch."""
    actor.require(*OFFICERS)
    require_branch(session, case, actor)
    if case.status is CaseStatus.WITHDRAWN:
        raise Withdrawn
    if case.status is not CaseStatus.PENDING:
        raise Stale
    due = levels(session, kind, case)[case.level - 1]
    if actor.role is not due:
        raise OtherLevel(role=due.label)


def require_decider(session: Session, kind: ApprovalKind, case: Case, actor: Actor) -> None:
    """Raise unless this officer may decide the case as it stands, whoever has it open."""
    require_level(session, kind, case, actor)
    if actor.user_id in _hands(session, case):
        raise SamePerson
    if case.assigned_to not in (None, actor.user_id):
        name = session.scalar(select(User.name).filter_by(id=case.assigned_to))
        raise HandedOn(name=name)


def _hands(session: Session, case: Case) -> set[int]:
    """Return who has had a hand in the present round: the submitter and those who decided since."""
    steps = session.execute(
        select(Step.user_id, Step.action).filter_by(case_id=case.id).order_by(Step.id.desc())
    )
    hands = set()
    for user_id, action in steps:
        if action is not Action.TRANSFER:
            hands.add(user_id)
        if action is Action.SUBMIT:
            break
    return hands


def _move(
    session: Session,
    case: Case,
    action: Action,
    actor: Actor,
    *,
    version: int,
    opinion: str = "",
    client_id: str | None = None,
    lands: CaseStatus | None = None,
    evidence_id: int | None = None,
) -> None:
    """Change the status, the only place that does, and append the step that says so.

    `lands` is where the kind's number of levels leads instead of where the table does: an approval
    that is not the last stays pending, a submission that needs none is done.
    """
    actor.require(*MAY[action])
    before = case.status
    if (before, action) not in MOVES:
        raise IllegalMove(status=before.label, action=action.label)
    after = lands or MOVES[before, action]
    session.flush()
    won = session.execute(
        update(Case)
        .where(Case.id == case.id, Case.version == version, Case.status == before)
        .values(status=after, version=version + 1)
        .execution_options(synchronize_session=False)
    )
    if won.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale
    arrived = _last_moment(session, case)
    session.refresh(case)
    audit.record(
        session, actor, _TOLD[action], about(case), employer=case.employer_id, kind=case.kind.value,
        before=before.value, after=after.value, level=case.level, version=version + 1,
    )  # fmt: skip
    session.add(
        Step(
            case_id=case.id,
            version=version + 1,
            action=action,
            status=after,
            level=case.level if actor.role in OFFICERS else 0,
            user_id=actor.user_id,
            user_name=actor.name,
            role=actor.role.label,
            opinion=opinion,
            channel=Channel.HALL,
            arrived_at=arrived,
            taken_at=clock.now(),
            client_id=client_id,
            evidence_id=evidence_id,
        )
    )


def about(case: Case) -> str:
    """Return what the audit calls a case."""
    return f"case:{case.id}"


def _last_moment(session: Session, case: Case) -> datetime:
    last = select(Step.taken_at).filter_by(case_id=case.id).order_by(Step.id.desc()).limit(1)
    return session.scalar(last) or case.started_at


def _finish(session: Session, kind: ApprovalKind, case: Case, actor: Actor) -> None:
    case.ended_at = clock.now()
    session.flush()
    kind.apply(session, case)
    session.flush()
    changed = select(func.count()).where(
        ContributorChange.employer_id == case.employer_id, ContributorChange.case_id == case.id
    )
    audit.record(
        session, actor, AuditAction.CASE_EFFECT, about(case), employer=case.employer_id,
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
