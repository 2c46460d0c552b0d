"""Assessing (汇缴核定, manual B3.1–B3.4): the month due next, what it holds, and its snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import BusinessKind, RemittanceKind
from data.models.case import Step
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.approval import casework, conflicts, engine
from services.approval.conflicts import Blocker
from services.errors import BusinessError
from services.remittance import approval, booking, chain, reckoning
from services.remittance.matrix import Matrix
from services.rules.months import Month


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the employer's remittance stands: all that the tab 汇缴核定 needs."""

    next_month: Month
    open_months: list[Month]
    """The months that may be assessed today, in order; none where it is too early."""
    months: list[Matrix]
    """The next month, then those that follow it, as many as asked for."""
    objection: str | None
    """Why the next month may not be assessed now."""
    blockers: list[Blocker]
    unallocated: Decimal
    """未分摊余额: money of the employer's that no month has taken. Yuan."""

    @property
    def amount(self) -> Decimal:
        return sum((month.amount for month in self.months), Decimal(0))


class NoMonth(BusinessError):
    message = "请选择需核定的汇缴年月"


@audit.refusals
def situation(actor: Actor, count: int = 1) -> Situation:
    """Return where the clerk's employer stands, with the next `count` months as they would be."""
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        now = chain.read(session, employer)
        months = now.open_months[:count] or [now.next_month]
        found = reckoning.in_a_row(session, employer, months)
        blockers = conflicts.blockers(session, BusinessKind.REMITTANCE, employer.id)
        objection = now.objection(months[0]) or approval.emptiness(found[0])
        if not objection and blockers:
            objection = conflicts.Unfinished(blockers="；".join(map(str, blockers)))
        return Situation(
            now.next_month, now.open_months, found, str(objection) if objection else None, blockers,
            booking.balance(session, employer.id),
        )  # fmt: skip


@audit.refusals
def assess(actor: Actor, months: Sequence[Month], *, client_id: str) -> None:
    """Assess consecutive months, all or none; the same click twice is one assessment.

    Each month is a case of its own, with its serial, its trail and its message. Raises TooEarly,
    NotConsecutive, AlreadyAssessed, InDeferral, AccountNotNormal, NobodyDue, Unfinished, NotAllowed.
    Source: manual B3 (2) and 注.
    """
    with transaction() as session:
        assess_each(session, actor, months, RemittanceKind.REGULAR, client_id)


def assess_each(
    session: Session,
    actor: Actor,
    months: Sequence[Month],
    kind: RemittanceKind,
    client_id: str,
) -> None:
    """Send each month through the engine, under one lock on the employer."""
    conflicts.lock_employer(session, actor.employer)
    if not months:
        raise NoMonth
    for month in months:
        click = f"{client_id}-{kind}-{month.number}"
        if session.scalar(select(Step.id).where(Step.client_id == click)):
            continue
        case = casework.editable(session, BusinessKind.REMITTANCE, actor, month.number)
        case.form = {"kind": kind.value}
        engine.submit(session, approval.KIND, case, actor, version=case.version, client_id=click)
