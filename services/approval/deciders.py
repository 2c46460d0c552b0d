"""Who decides a case (审批环节): the levels, and the persons who may."""

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from data.enums import OFFICERS, Action, CaseStatus, Role
from data.models.case import Case, Step
from data.models.people import User
from services.actor import Actor
from services.approval import casework, requirements
from services.approval.kind import ApprovalKind
from services.approval.refusals import HandedOn, OtherLevel, SamePerson, Withdrawn
from services.errors import Stale


def levels(session: Session, kind: ApprovalKind, case: Case) -> tuple[Role, ...]:
    """Return who decides this case, level by level: as it was submitted, else as it would be today."""
    if case.levels is None or case.status is CaseStatus.DRAFT:
        return requirements.levels_today(session, kind.code, kind.levels)
    return requirements.read(case.levels)


def is_colleague(of: Actor) -> ColumnElement[bool]:
    """Return the condition of a user who works in this one's branch and role."""
    return and_(User.role == of.role, User.branch == of.branch, User.active.is_(True))


def require_level(session: Session, kind: ApprovalKind, case: Case, actor: Actor) -> None:
    """Raise unless the case waits for this officer's role, in her branch."""
    actor.require(*OFFICERS)
    casework.require_branch(session, case, actor)
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
    if actor.user_id in hands(session, case):
        raise SamePerson
    if case.assigned_to not in (None, actor.user_id):
        name = session.scalar(select(User.name).filter_by(id=case.assigned_to))
        raise HandedOn(name=name)


def hands(session: Session, case: Case) -> set[int]:
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
