"""Back-payment (缓缴补缴): what the deferred months come to, as they were then."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.models.deferral import Deferral
from data.models.register import Employer
from data.models.remittance import Assessment
from services import audit, months_due
from services.actor import Actor
from services.deferral import periods
from services.months_due import MonthDue
from services.rules.months import Month


@audit.refusals
def back_payment(actor: Actor) -> list[MonthDue]:
    """Return the deferred months that the clerk's employer has still to pay back, oldest first."""
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        return months_due.as_then(session, employer, _unpaid(session, employer.id))


@audit.refusals
def deferred_months(actor: Actor) -> list[Month]:
    """Return those months alone."""
    with snapshot() as session:
        return _unpaid(session, actor.employer)


def _unpaid(session: Session, employer_id: int) -> list[Month]:
    """Return the months of ended deferrals that no assessment has taken up."""
    ended = session.scalars(
        select(Deferral)
        .where(Deferral.employer_id == employer_id, Deferral.ended_month.is_not(None))
        .order_by(Deferral.first_month)
    )
    assessed = set(
        session.scalars(
            select(Assessment.month).where(
                Assessment.employer_id == employer_id, Assessment.deleted_at.is_(None)
            )
        )
    )
    return [m for row in ended for m in periods.months(row) if m.number not in assessed]
