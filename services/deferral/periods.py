"""Deferrals granted (缓缴期): which months they cover, and the account's status that follows from them."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from data.enums import EmployerStatus
from data.models.deferral import Deferral
from data.models.register import Employer
from data.models.remittance import Assessment
from services.errors import BusinessError
from services.rules import clock
from services.rules.months import Month

RELEASED, RAN_OUT = "release", "job"


class MonthDeferred(BusinessError):
    message = "{month}在已批准的缓缴期内（{period}），不能核定，如需汇缴请先办理解除缓缴"


def running(session: Session, employer_id: int) -> Deferral | None:
    """Return the deferral that nobody has ended, begun or still to begin, if any."""
    return session.scalar(
        select(Deferral)
        .where(Deferral.employer_id == employer_id, Deferral.ended_month.is_(None))
        .order_by(Deferral.id.desc())
        .limit(1)
    )


def months(deferral: Deferral) -> list[Month]:
    """Return the months that are, or were, not remitted: all granted, or those before the release."""
    last = Month.of(deferral.last_month)
    if deferral.ended_month:
        last = min(last, Month.of(deferral.ended_month).plus(-1))
    return Month.of(deferral.first_month).through(last)


def label(deferral: Deferral) -> str:
    """Return the months granted, as 2026年7月至2026年12月."""
    first, last = Month.of(deferral.first_month), Month.of(deferral.last_month)
    return f"{first.label}至{last.label}"


def covering(session: Session, employer_id: int, month: Month) -> Deferral | None:
    """Return the deferral in which `month` is not due, if any."""
    number = month.number
    return session.scalar(
        select(Deferral)
        .where(
            Deferral.employer_id == employer_id,
            Deferral.first_month <= number,
            Deferral.last_month >= number,
            or_(Deferral.ended_month.is_(None), Deferral.ended_month > number),
        )
        .limit(1)
    )


def due(session: Session, employer: Employer) -> Month:
    """Return the month to assess next (应汇缴年月): deferred ones that are over are not in the chain."""
    settled = max(employer.assessed_to or 0, employer.paid_to or 0)
    month = Month.of(settled).plus(1) if settled else Month.of(employer.first_month)
    while covering(session, employer.id, month):
        month = month.plus(1)
    return month


def require_due(session: Session, employer_id: int, month: Month) -> None:
    """Raise MonthDeferred where `month` lies in a deferral: it is not assessed as a regular month."""
    if deferral := covering(session, employer_id, month):
        raise MonthDeferred(month=month.label, period=label(deferral))


def unpaid(session: Session, employer_id: int) -> list[Month]:
    """Return what is to be paid back: months up to today's of deferrals that run no more.

    The oldest first, without those that an assessment has taken up.
    """
    this_month = Month.containing(clock.today())
    granted = session.scalars(
        select(Deferral).where(Deferral.employer_id == employer_id).order_by(Deferral.first_month)
    )
    over = [row for row in granted if row.ended_month or row.last_month < this_month.number]
    taken = set(
        session.scalars(
            select(Assessment.month).where(
                Assessment.employer_id == employer_id, Assessment.deleted_at.is_(None)
            )
        )
    )
    return [
        month
        for row in over
        for month in months(row)
        if month <= this_month and month.number not in taken
    ]


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
    is_deferred = covering(session, employer.id, month) or _is_behind(session, employer, month)
    employer.status = EmployerStatus.DEFERRED if is_deferred else EmployerStatus.NORMAL


def _is_behind(session: Session, employer: Employer, month: Month) -> bool:
    """Tell whether a deferral has run out that nobody has ended yet: the job's work."""
    deferral = running(session, employer.id)
    return deferral is not None and deferral.last_month < month.number
