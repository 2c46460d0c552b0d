"""A case moves (状态流转): its status changes, here and nowhere else, and the step says so."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.enums import OFFICERS, Action, CaseStatus, Channel
from data.models.case import Case, Step
from services import audit
from services.actor import Actor
from services.approval import casework, moves
from services.approval.refusals import IllegalMove
from services.errors import Stale
from services.rules import clock


def move(
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
    """Change the status and append the step. Raises IllegalMove, Stale, NotAllowed.

    `lands` is where the kind's number of levels leads instead of where the table does: an approval
    that is not the last stays pending, a submission that needs none is done.
    """
    actor.require(*moves.MAY[action])
    before = case.status
    if (before, action) not in moves.MOVES:
        raise IllegalMove(status=before.label, action=action.label)
    after = lands or moves.MOVES[before, action]
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
        session, actor, moves.TOLD[action], casework.about(case), employer=case.employer_id,
        kind=case.kind.value, before=before.value, after=after.value, level=case.level, version=version + 1,
    )  # fmt: skip
    session.add(
        _step(case, action, actor, arrived, opinion, client_id=client_id, evidence_id=evidence_id)
    )


def _step(
    case: Case,
    action: Action,
    actor: Actor,
    arrived: datetime,
    opinion: str,
    *,
    client_id: str | None,
    evidence_id: int | None,
) -> Step:
    """Make the step of a case that has just moved: it stands where the step has led."""
    return Step(
        case_id=case.id,
        version=case.version,
        action=action,
        status=case.status,
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


def _last_moment(session: Session, case: Case) -> datetime:
    last = select(Step.taken_at).filter_by(case_id=case.id).order_by(Step.id.desc()).limit(1)
    return session.scalar(last) or case.started_at
