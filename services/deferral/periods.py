"""Deferrals granted (缓缴期): which months they cover, and the account's status that follows from them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.enums import EmployerStatus, RemittanceKind
from data.models.deferral import Deferral
from data.models.register import Employer
from data.models.remittance import Assessment
from services import months_due
from services.rules import clock
from services.rules.effective import Settled
from services.rules.months import Month

RELEASED, RAN_OUT = "release", "job"


@dataclass(frozen=True, slots=True)
class Span:
    """The months that a deferral frees, both included; a released one ends before its release."""

    first: Month
    last: Month
    is_running: bool

    def covers(self, month: Month) -> bool:
        return self.first <= month <= self.last


def running(session: Session, employer_id: int) -> Deferral | None:
    """Return the deferral that nobody has ended, begun or still to begin, if any."""
    return session.scalar(
        select(Deferral)
        .where(Deferral.employer_id == employer_id, Deferral.ended_month.is_(None))
        .order_by(Deferral.id.desc())
        .limit(1)
    )


def lasting(session: Session, employer_id: int) -> Deferral | None:
    """Return the deferral that runs, or one released from a later month that still frees this one."""
    this_month = Month.containing(clock.today())
    granted = _granted(session, employer_id)
    ahead = (row for row in granted if (row.ended_month or 0) > this_month.number)
    return running(session, employer_id) or next(ahead, None)


def span(deferral: Deferral) -> Span:
    """Return the months that are, or were, not remitted: all granted, or those before the release."""
    last = Month.of(deferral.last_month)
    is_running = deferral.ended_month is None and last >= Month.containing(clock.today())
    if deferral.ended_month:
        last = min(last, Month.of(deferral.ended_month).plus(-1))
    return Span(Month.of(deferral.first_month), last, is_running)


def months(deferral: Deferral) -> list[Month]:
    """Return the months of its span."""
    freed = span(deferral)
    return freed.first.through(freed.last)


def spans(session: Session, employer_id: int) -> tuple[Span, ...]:
    """Return the employer's deferrals, the oldest first. One that was ended runs no more."""
    return tuple(span(row) for row in _granted(session, employer_id))


def ended(session: Session, employer_id: int) -> list[Span]:
    """Return the employer's deferrals that run no more: out of the chain, paid back on their own."""
    return [one for one in spans(session, employer_id) if not one.is_running]


def over(session: Session, employer_id: int) -> frozenset[Month]:
    """Return the months of those deferrals."""
    past = ended(session, employer_id)
    return frozenset(month for one in past for month in one.first.through(one.last))


def settled(session: Session, employer: Employer) -> Settled:
    """Return which months are done with for changes of people."""
    return Settled.of(employer.settled_to, employer.paid_to, over(session, employer.id))


def _granted(session: Session, employer_id: int) -> list[Deferral]:
    chosen = select(Deferral).where(Deferral.employer_id == employer_id)
    return list(session.scalars(chosen.order_by(Deferral.first_month)))


def label(deferral: Deferral) -> str:
    """Return the months granted, or those before the release, as 2026年7月至2026年12月."""
    freed = span(deferral)
    return f"{freed.first.label}至{freed.last.label}"


def due(session: Session, employer: Employer) -> Month:
    """Return the month to remit next (应汇缴年月): no deferred one, whether it is over or runs."""
    return first_open(employer, spans(session, employer.id))


def first_open(employer: Employer, freed: Collection[Span]) -> Month:
    """Return the month after the last one settled that is in none of these."""
    settled = employer.settled_to
    month = Month.of(settled).plus(1) if settled else Month.of(employer.first_month)
    while any(one.covers(month) for one in freed):
        month = month.plus(1)
    return month


def assessed_to(session: Session, employer: Employer) -> Month | None:
    """Return the last month assessed or taken over (已核定至): one that was deferred is not."""
    last = session.scalar(
        select(func.max(Assessment.month)).where(
            Assessment.employer_id == employer.id,
            Assessment.kind == RemittanceKind.REGULAR,
            Assessment.deleted_at.is_(None),
        )
    )
    month = max(last or 0, employer.paid_to or 0)
    return Month.of(month) if month else None


def unpaid(session: Session, employer_id: int) -> list[Month]:
    """Return what is to be paid back: the months of deferrals that are over by now.

    The oldest first, without those that an assessment has taken up, and those that nobody was in.
    """
    this_month = Month.containing(clock.today())
    granted = _granted(session, employer_id)
    past = [row for row in granted if not span(row).is_running and span(row).last < this_month]
    taken = set(
        session.scalars(
            select(Assessment.month).where(
                Assessment.employer_id == employer_id, Assessment.deleted_at.is_(None)
            )
        )
    )
    employer = session.get_one(Employer, employer_id)
    left = [month for row in past for month in months(row) if month.number not in taken]
    return months_due.with_anybody(session, employer, left)


def end(session: Session, deferral: Deferral, ended_month: Month, ended_by: str) -> None:
    """End a deferral: `ended_month` is the first month due again, and the next to assess."""
    deferral.ended_month, deferral.ended_by = ended_month.number, ended_by
    employer = session.get_one(Employer, deferral.employer_id)
    employer.assessed_to = max(employer.assessed_to or 0, ended_month.plus(-1).number)
    follow(session, employer)


def follow(session: Session, employer: Employer) -> None:
    """Set the account's status (01 or 03) to what the deferrals say of the current month."""
    session.flush()
    if employer.status not in (EmployerStatus.NORMAL, EmployerStatus.DEFERRED):
        return
    month = Month.containing(clock.today())
    is_covered = any(one.covers(month) for one in spans(session, employer.id))
    is_deferred = is_covered or _is_behind(session, employer, month)
    employer.status = EmployerStatus.DEFERRED if is_deferred else EmployerStatus.NORMAL


def _is_behind(session: Session, employer: Employer, month: Month) -> bool:
    """Tell whether a deferral has run out that nobody has ended yet: the job's work."""
    deferral = running(session, employer.id)
    return deferral is not None and deferral.last_month < month.number
