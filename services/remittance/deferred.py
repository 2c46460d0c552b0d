"""Paying back deferred months (缓缴补缴): after a release, the oldest first."""

from collections.abc import Sequence

from data.database import snapshot, transaction
from data.enums import RemittanceKind
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.deferral import periods
from services.remittance import reckoning
from services.remittance.assess import assess_each
from services.remittance.matrix import Matrix
from services.rules.months import Month


@audit.refusals
def deferred_months(actor: Actor) -> list[Matrix]:
    """Return what the clerk's employer still owes of its deferrals, the oldest month first."""
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        return reckoning.as_they_were(session, employer, periods.unpaid(session, employer.id))


@audit.refusals
def assess_deferred(actor: Actor, months: Sequence[Month], *, client_id: str) -> None:
    """Assess deferred months, all or none, each for those who were in it.

    Raises NotDeferred, OldestFirst, AccountNotNormal, Unfinished, NotAllowed.
    """
    with transaction() as session:
        assess_each(session, actor, months, RemittanceKind.DEFERRED, client_id)
