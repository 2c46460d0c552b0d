"""The chain of months (汇缴年月): which is to be assessed next, and why one may not be now."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from sqlalchemy.orm import Session

from data.enums import EmployerStatus
from data.models.register import Employer
from services import months_due, policy
from services.deferral import periods
from services.deferral.periods import Span
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


class DeferredOnce(BusinessError):
    message = "{month}是缓缴月份（{first}至{last}），请按缓缴补缴办理"


@dataclass(frozen=True, slots=True)
class Chain:
    """Where an employer's months stand today."""

    status: EmployerStatus
    settled_to: Month | None
    """The last month assessed or taken over; None before the first."""
    next_month: Month
    """应核定年月; a month that nobody is in is passed over."""
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
        if span := self.deferral(month):
            refusal = InDeferral if span.is_running else DeferredOnce
            return refusal(month=month.label, first=span.first, last=span.last)
        if self.settled_to and month <= self.settled_to:
            return AlreadyAssessed(month=month.label)
        if month > self.latest:
            return TooEarly()
        if month != self.next_month:
            return NotConsecutive(month=self.next_month.label)
        return None


def read(session: Session, employer: Employer) -> Chain:
    """Return the employer's chain today. Raises PolicyMissing."""
    ahead = policy.in_force(session, clock.today(), employer.id).months_ahead
    this_month = Month.containing(clock.today())
    deferrals = periods.spans(session, employer.id)
    # Deferred and over: paid back on its own, not in the chain. One that runs is refused by name.
    over = [span for span in deferrals if not span.is_running]
    month = periods.first_open(employer, over)
    latest = this_month.plus(ahead)
    month = _with_people(session, employer, month.through(latest), deferrals) or month
    settled_to = Month.of(employer.settled_to) if employer.settled_to else None
    return Chain(employer.status, settled_to, month, latest, deferrals)


def _with_people(
    session: Session, employer: Employer, months: Sequence[Month], deferrals: Sequence[Span]
) -> Month | None:
    """Return the first of these months that anybody is in: one without is passed over.

    A new employer's first people may come later than its account; one may pause and begin again.
    """
    running = [span for span in deferrals if span.is_running]
    before = takewhile(lambda month: not any(one.covers(month) for one in running), months)
    open_ones = [month for month in before if not any(one.covers(month) for one in deferrals)]
    return next(iter(months_due.with_anybody(session, employer, open_ones)), None)
