"""Working days (工作日): the week, the holidays, and the weekends that are worked instead."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

SATURDAY = 5
NEAR = 1  # working days left, or fewer
ONE_DAY = timedelta(days=1)


class Urgency(Enum):
    """How a due day stands; the value is what pages show beside the colour."""

    ON_TIME = "正常"
    NEAR = "临近"
    OVERDUE = "超时"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that are not what the week says."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    """Days of a weekend that are worked (调休)."""

    def is_workday(self, day: date) -> bool:
        return day in self.workdays or (day.weekday() < SATURDAY and day not in self.holidays)

    def after(self, day: date, count: int) -> date:
        """Return the working day that is the `count`-th after `day`; for 0 the day itself."""
        while count > 0:
            day += ONE_DAY
            count -= self.is_workday(day)
        return day

    def between(self, day: date, until: date) -> int:
        """Return how many working days come after `day` up to and with `until`."""
        span = range((until - day).days)
        return sum(self.is_workday(day + ONE_DAY * (past + 1)) for past in span)

    def urgency(self, due: date, today: date) -> Urgency:
        """Say how a due day stands today: the day itself is still in time."""
        if today > due:
            return Urgency.OVERDUE
        return Urgency.NEAR if self.between(today, due) <= NEAR else Urgency.ON_TIME
