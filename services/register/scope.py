"""Who may look at whom in the register (登记簿): the center's staff, officers at their own branch."""

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Session

from data.enums import ADMINISTRATORS, OFFICERS, Role
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.errors import NotFound

READERS = (*OFFICERS, Role.MANAGER, *ADMINISTRATORS, Role.AUDITOR)


@audit.refusals
def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of the employers this person may see. Raises NotAllowed."""
    actor.require(*READERS)
    return Employer.branch == actor.branch if actor.role in OFFICERS else true()


def employer(session: Session, actor: Actor, employer_id: int) -> Employer:
    """Return an employer that this person may see. Raises NotFound, NotAllowed."""
    actor.require(*READERS)
    found = session.get(Employer, employer_id)
    if found is None or (actor.role in OFFICERS and found.branch is not actor.branch):
        raise NotFound(what="该单位")
    return found
