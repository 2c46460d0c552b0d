"""The course of a case (流程图, 审批意见): what has happened, what is happening, what will."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.enums import Action, CaseStatus
from data.models.case import Case, Step
from data.models.people import User
from data.models.register import Employer
from services.approval import deciders, moves
from services.approval.kind import ApprovalKind
from services.rules import clock


class Progress(StrEnum):
    PASSED = "passed"
    TURNED_BACK = "turned_back"
    CURRENT = "current"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class Stage:
    """One place on the flow chart. What has not happened has no time, no opinion."""

    title: str
    progress: Progress
    who: str
    outcome: str = ""
    opinion: str = ""
    arrived_at: datetime | None = None
    taken_at: datetime | None = None
    evidence_id: int | None = None
    """The signature it was taken with, to be fetched as evidence."""


def course(session: Session, kind: ApprovalKind, case: Case) -> list[Stage]:
    """Return the stages of the case from its first submission to its end, in order.

    Times are China's.
    """
    steps = session.scalars(select(Step).filter_by(case_id=case.id).order_by(Step.id)).all()
    return [_stage(step) for step in steps] + _ahead(session, kind, case)


def _stage(step: Step) -> Stage:
    turned_back = step.action in (Action.RETURN, Action.REJECT, Action.CLOSE, Action.WITHDRAW)
    return Stage(
        title=_title(step),
        progress=Progress.TURNED_BACK if turned_back else Progress.PASSED,
        who=f"{step.user_name}（{step.role}）",
        outcome=step.action.label,
        opinion=step.opinion,
        arrived_at=clock.in_china(step.arrived_at),
        taken_at=clock.in_china(step.taken_at),
        evidence_id=step.evidence_id,
    )


def _title(step: Step) -> str:
    is_decision = step.level and step.action is not Action.TRANSFER
    return f"审批（{step.role}）" if is_decision else step.action.label


def _ahead(session: Session, kind: ApprovalKind, case: Case) -> list[Stage]:
    """Return what is still to come: the current stage first."""
    end = Stage("办结", Progress.COMING, "")
    if case.status is CaseStatus.APPROVED:
        ended = clock.in_china(case.ended_at) if case.ended_at else None
        return [Stage("办结", Progress.PASSED, "系统", "已生效", taken_at=ended)]
    if case.status is CaseStatus.CLOSED:
        return []
    if case.status in moves.TURNED_BACK:
        return [
            Stage("单位处理", Progress.CURRENT, "单位经办人", "修改后重新提交，或结束流程"),
            end,
        ]
    branch = session.scalars(select(Employer.branch).filter_by(id=case.employer_id)).one()
    first = case.level if case.status is CaseStatus.PENDING else 1
    deciding = [
        Stage(f"审批（{role.label}）", Progress.COMING, f"{branch.label}{role.label}")
        for role in deciders.levels(session, kind, case)[first - 1 :]
    ]
    if case.status is CaseStatus.DRAFT:
        return [Stage("提交", Progress.CURRENT, "单位经办人", "待提交"), *deciding, end]
    handed_to = session.scalar(select(User.name).filter_by(id=case.assigned_to))
    role = case.waits_for.label if case.waits_for else ""
    who = f"{handed_to}（{role}）" if handed_to else deciding[0].who
    current = Stage(deciding[0].title, Progress.CURRENT, who, "待审核")
    return [current, *deciding[1:], end]
