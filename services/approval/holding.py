"""Who has a case open (占用): an officer keeps it to herself for some minutes."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.enums import CaseStatus
from data.models.case import Case
from data.models.people import User
from services.actor import Actor
from services.rules import clock

#: How long an officer who opened a case keeps it to herself.
HOLD = timedelta(minutes=10)
#: How long a note of that is good enough not to be written again at every click.
NOTED_FOR = timedelta(minutes=1)


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


def hand_back(session: Session, user_id: int) -> None:
    """Let colleagues have what this officer was handed or has open: she no longer works there."""
    whose = update(Case).execution_options(synchronize_session=False)
    session.execute(whose.where(Case.assigned_to == user_id).values(assigned_to=None))
    is_open = whose.where(Case.opened_by == user_id)
    session.execute(is_open.values(opened_by=None, opened_until=None))


def held_by_other(session: Session, case: Case, actor: Actor) -> str | None:
    """Return the name of another officer who has the case open now, if any."""
    if case.opened_by in (None, actor.user_id):
        return None
    if case.opened_until is None or case.opened_until < clock.instant():
        return None
    return session.scalar(select(User.name).filter_by(id=case.opened_by))
