"""Back-payment (缓缴补缴): what the deferred months come to, as they were then."""

from data.database import snapshot
from data.models.register import Employer
from services import audit, past_months
from services.actor import Actor
from services.deferral import periods
from services.months_due import MonthDue


@audit.refusals
def back_payment(actor: Actor) -> list[MonthDue]:
    """Return the deferred months that the clerk's employer has still to pay back, oldest first."""
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        return past_months.due(session, employer, periods.unpaid(session, employer.id))
