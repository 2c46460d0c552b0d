"""The national holidays of 2026 as published by the State Council's office, as test parameters."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from data.models.holiday import Holiday
from data.policy_codes import DayKind

PUBLISHED = datetime(2025, 11, 4, 1, tzinfo=UTC)
SOURCE = "测试参数：国务院办公厅关于2026年部分节假日安排的通知"
#: A feast, its first and last day off, and the weekend days worked instead.
FEASTS = (
    ("元旦", date(2026, 1, 1), date(2026, 1, 3), (date(2026, 1, 4),)),
    ("春节", date(2026, 2, 15), date(2026, 2, 23), (date(2026, 2, 14), date(2026, 2, 28))),
    ("清明节", date(2026, 4, 4), date(2026, 4, 6), ()),
    ("劳动节", date(2026, 5, 1), date(2026, 5, 5), (date(2026, 5, 9),)),
    ("端午节", date(2026, 6, 19), date(2026, 6, 21), ()),
    ("中秋节", date(2026, 9, 25), date(2026, 9, 27), ()),
    ("国庆节", date(2026, 10, 1), date(2026, 10, 7), (date(2026, 9, 20), date(2026, 10, 10))),
)


def rows() -> Iterator[Holiday]:
    """Return the calendar's rows of the year."""
    for name, first, last, worked in FEASTS:
        for past in range((last - first).days + 1):
            yield _row(first + timedelta(days=past), DayKind.HOLIDAY, name)
        for day in worked:
            yield _row(day, DayKind.WORKDAY, name)


def _row(day: date, kind: DayKind, name: str) -> Holiday:
    return Holiday(
        day=day, kind=kind, name=name, source=SOURCE, author="演示数据", recorded_at=PUBLISHED
    )
