"""The one reader of time: the business date, which a demo may set, and the real instant.

Cases, messages and months go by the business date; certificates, challenges and sessions by the
instant, which nothing moves.
"""

import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def instant() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the business date: HALL_TODAY (YYYY-MM-DD) where it is set, else the day in China."""
    if stated := os.environ.get("HALL_TODAY"):
        return date.fromisoformat(stated)
    return instant().astimezone(CHINA).date()


def is_moved() -> bool:
    """Tell whether the business date is not the real day."""
    return today() != instant().astimezone(CHINA).date()


def now() -> datetime:
    """Return the business moment: the business date at the present time of day in China."""
    return datetime.combine(today(), instant().astimezone(CHINA).timetz())


def in_china(moment: datetime) -> datetime:
    """Return `moment` as clocks in China show it."""
    return moment.astimezone(CHINA)
