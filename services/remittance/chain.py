"""The chain of months (汇缴年月): which is to be assessed next, and why one may not be now."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.enums import EmployerStatus
from data.models.deferral import Deferral
from data.models.register import Employer
from services import policy
from services.errors import BusinessError
from services.rules import clock
from services.rules.months import Month

ASSESSABLE = (EmployerStatus.NORMAL, EmployerStatus.OPENED, EmployerStatus.DEFERRED)


class TooEarly(BusinessError):
    message = "不能提前核定"


class NotConsecutive(BusinessError):
    message = "应从{month}起连续核定"


class AlreadyAssessed(BusinessError):
    message = "{month}已核定"


class AccountNotNormal(BusinessError):
    message = "单位账户状态为{status}，不能办理汇缴核定，请联系所属管理部"


class InDeferral(BusinessError):
    message = "{month}在缓缴期内（{first}至{last}），不能核定，请先办理解除缓缴"


@dataclass(frozen=True, slots=True)
class Span:
    """The months that a deferral frees, both included; a released one ends before its release."""

    first: Month
    last: Month
    is_running: bool

    def covers(self, month: Month) -> bool:
        return self.first <= month <= self.last


@dataclass(frozen=True, slots=True)
class Chain:
    """Where an employer's months stand today."""

    status: EmployerStatus
    settled_to: Month | None
    """The last month assessed or taken over; None before the first."""
    next_month: Month
    """应核定年月."""
    latest: Month
    """The last month that may be assessed today."""
    deferrals: tuple[Span, ...]

    @property
    def open_months(self) -> list[Month]:
        """The months that may be assessed now, in order."""
        found = []
        for month in self.next_month.through(self.latest):
            span = self.deferral(month)
            if span and span.is_running:
                break
            if not span:
                found.append(month)
        return found

    def deferral(self, month: Month) -> Span | None:
        return next((span for span in self.deferrals if span.covers(month)), None)

    def objection(self, month: Month) -> BusinessError | None:
        """Say why this month may not be the next to be assessed, or None."""
        if self.status not in ASSESSABLE:
            return AccountNotNormal(status=self.status.label)
        if self.settled_to and month <= self.settled_to:
            return AlreadyAssessed(month=month.label)
        if (span := self.deferral(month)) and span.is_running:
            return InDeferral(month=month.label, first=span.first, last=span.last)
        if month > self.latest:
            return TooEarly()
        if month != self.next_month:
            return NotConsecutive(month=self.next_month.label)
        return None


def read(session: Session, employer: Employer) -> Chain:
    """Return the employer's chain today. Raises PolicyMissing."""
    ahead = policy.in_force(session, clock.today(), employer.id).months_ahead
    this_month = Month.containing(clock.today())
    deferrals = spans(session, employer.id)
    settled = max(employer.assessed_to or 0, employer.paid_to or 0)
    settled_to = Month.of(settled) if settled else None
    month = settled_to.plus(1) if settled_to else Month.of(employer.first_month)
    while any(span.covers(month) and not span.is_running for span in deferrals):
        month = month.plus(1)  # deferred and over: paid back on its own, not in the chain
    return Chain(employer.status, settled_to, month, this_month.plus(ahead), deferrals)


def spans(session: Session, employer_id: int) -> tuple[Span, ...]:
    """Return the employer's deferrals, the oldest first. A released one runs no more."""
    found = session.scalars(
        select(Deferral).where(Deferral.employer_id == employer_id).order_by(Deferral.first_month)
    )
    this_month = Month.containing(clock.today())
    spans = []
    for row in found:
        last = Month.of(row.last_month)
        if row.ended_month:
            last = min(last, Month.of(row.ended_month).plus(-1))
        is_running = row.ended_month is None and last >= this_month
        spans.append(Span(Month.of(row.first_month), last, is_running))
    return tuple(spans)
