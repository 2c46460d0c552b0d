"""What a registration holds until it is done (登记的锁): the openings, and the employers concerned."""

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from data.bulk import is_on_postgresql
from data.models.case import LIVE, Case
from data.models.register import Contributor, Employer
from data.models.registration import RegistrationLine

_OPENINGS = 5226_0001  # the name of the lock, to PostgreSQL


def lock_openings(session: Session) -> None:
    """Let one transaction at a time open accounts: numbers follow each other, people are found.

    It is taken before any employer's lock, for whoever moves in has another employer's locked as
    well. SQLite's writers queue anyway.
    """
    if is_on_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _OPENINGS})


def lock_employers(session: Session, employer_id: int) -> None:
    """Hold the employer's row, and those of the employers whose people stand on its roster.

    The one left may be assessing, or changing its rates, for somebody who is about to move.
    """
    left = (
        select(Contributor.employer_id)
        .join(RegistrationLine, RegistrationLine.id_number == Contributor.id_number)
        .join(Case, Case.id == RegistrationLine.case_id)
        .where(Case.employer_id == employer_id, Case.status.in_(LIVE))
    )
    session.execute(
        select(Employer.id)
        .where(or_(Employer.id == employer_id, Employer.id.in_(left)))
        .order_by(Employer.id)
        .with_for_update()
    )
