"""A clerk's own case (本单位业务): its flow, how it waits for the center, taking it back, ending it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import CaseStatus
from data.models.case import Case
from data.models.people import User
from services import audit
from services.actor import Actor
from services.approval import casework, engine, history
from services.approval.history import Stage
from services.businesses import BY_CODE
from services.errors import NotFound
from services.rules import clock


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case of the employer's own that waits for the center."""

    serial: str
    version: int
    submitted_by: str
    submitted_at: datetime
    due_on: date | None
    """The last day on which the center should decide, that day included."""
    is_overdue: bool
    can_withdraw: bool
    """Whether this clerk may take it back now."""
    course: list[Stage]


@audit.refusals
def course(actor: Actor, case_id: int) -> list[Stage]:
    """Return the flow (流程图) of one of the employer's own cases. Raises NotFound."""
    with snapshot() as session:
        case = _own(session, actor, case_id)
        return history.course(session, BY_CODE[case.kind], case)


@audit.refusals
def waiting(actor: Actor, case_id: int) -> Waiting | None:
    """Return one of the employer's own cases as it waits for the center, None where it no longer does.

    Raises NotFound.
    """
    with snapshot() as session:
        case = _own(session, actor, case_id)
        if case.status is not CaseStatus.PENDING or case.submitted_at is None:
            return None
        return Waiting(
            serial=case.serial or "",
            version=case.version,
            submitted_by=session.scalar(select(User.name).filter_by(id=case.submitted_by)) or "",
            submitted_at=clock.in_china(case.submitted_at),
            due_on=case.due_on,
            is_overdue=case.due_on is not None and case.due_on < clock.today(),
            can_withdraw=engine.can_withdraw(case, actor),
            course=history.course(session, BY_CODE[case.kind], case),
        )


@audit.refusals
def withdraw(actor: Actor, case_id: int, *, version: int) -> None:
    """撤回: take a submission back while nobody at the center has decided on it.

    Raises NotFound, NotYourStep, IllegalMove, Stale.
    """
    with transaction() as session:
        engine.withdraw(session, casework.own(session, case_id, actor), actor, version=version)


@audit.refusals
def end_flow(actor: Actor, case_id: int, *, version: int) -> None:
    """结束流程: end a case that came back. Raises NotFound, Stale, IllegalMove."""
    with transaction() as session:
        engine.close(session, casework.own(session, case_id, actor), actor, version=version)


def _own(session: Session, actor: Actor, case_id: int) -> Case:
    """Return the case to be looked at, not locked as `casework.own` does."""
    case = session.scalar(select(Case).filter_by(id=case_id, employer_id=actor.employer))
    if case is None:
        raise NotFound(what="该业务")
    return case
