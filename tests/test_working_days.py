"""Working days: over feasts and the weekends worked instead, and the due days of cases."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from data.database import snapshot, transaction
from data.models.policy import PolicyRow
from data.policy_codes import DayKind, PolicyKey
from services import working_days
from services.actor import Actor
from services.errors import NotAllowed
from services.rules.workdays import Calendar, Urgency

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
CALENDARS = st.builds(Calendar, st.frozensets(DAYS, max_size=20), st.frozensets(DAYS, max_size=10))
COUNTS = st.integers(0, 30)


@given(CALENDARS, DAYS, COUNTS)
def test_counting_forward_and_counting_what_lies_between_agree(
    calendar: Calendar, day: date, count: int
) -> None:
    assert calendar.between(day, calendar.after(day, count)) == count


@given(CALENDARS, DAYS, st.integers(1, 30))
def test_a_due_day_is_a_working_day_and_one_more_day_is_later(
    calendar: Calendar, day: date, count: int
) -> None:
    due = calendar.after(day, count)
    assert calendar.is_workday(due)
    assert calendar.after(day, count + 1) > due > day


@given(CALENDARS, DAYS, st.integers(1, 30))
def test_who_submits_later_is_never_due_earlier(calendar: Calendar, day: date, count: int) -> None:
    assert calendar.after(day + timedelta(days=1), count) >= calendar.after(day, count)


@given(CALENDARS, DAYS, COUNTS)
def test_a_case_is_overdue_from_the_day_after_its_due_day(
    calendar: Calendar, day: date, count: int
) -> None:
    due = calendar.after(day, count)
    assert calendar.urgency(due, due) is Urgency.NEAR
    assert calendar.urgency(due, due + timedelta(days=1)) is Urgency.OVERDUE


def test_the_week_alone_decides_where_nothing_is_said() -> None:
    plain = Calendar()
    assert plain.after(date(2026, 7, 3), 3) == date(2026, 7, 8)  # from a Friday
    assert plain.urgency(date(2026, 7, 8), date(2026, 7, 6)) is Urgency.ON_TIME
    assert plain.urgency(date(2026, 7, 8), date(2026, 7, 7)) is Urgency.NEAR


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("key", "submitted", "due"),
    [
        (PolicyKey.REVIEW_DAYS, date(2026, 7, 6), date(2026, 7, 9)),
        (PolicyKey.REVIEW_DAYS, date(2026, 9, 30), date(2026, 10, 10)),  # 8, 9, and Saturday 10
        (PolicyKey.REVIEW_DAYS, date(2026, 10, 3), date(2026, 10, 10)),
        (PolicyKey.REVIEW_DAYS, date(2026, 9, 17), date(2026, 9, 21)),  # Sunday 20 is worked
        (PolicyKey.DEFERRAL_REVIEW_DAYS, date(2026, 9, 28), date(2026, 10, 16)),
    ],
)
def test_the_october_feast_moves_the_due_day(key: PolicyKey, submitted: date, due: date) -> None:
    with snapshot() as session:
        assert working_days.due_on(session, key, submitted) == due


@pytest.mark.usefixtures("db")
def test_until_the_center_sets_a_number_the_usual_one_holds() -> None:
    with transaction() as session:
        session.execute(delete(PolicyRow))
    with snapshot() as session:
        for key, due in (
            (PolicyKey.REVIEW_DAYS, date(2026, 7, 9)),
            (PolicyKey.DEFERRAL_REVIEW_DAYS, date(2026, 7, 20)),
        ):
            assert working_days.due_on(session, key, date(2026, 7, 6)) == due


@pytest.mark.usefixtures("db")
def test_of_one_day_the_last_word_counts_and_the_first_is_kept(officer_a: Actor) -> None:
    day = date(2026, 10, 8)
    for kind in (DayKind.HOLIDAY, DayKind.ORDINARY):
        with transaction() as session:
            working_days.mark(session, day, kind, "停电", source="通知", author="谢文博")
    with snapshot() as session:
        assert working_days.calendar(session).is_workday(day)
    marked = working_days.listed(officer_a, 2026)
    assert [one.kind for one in marked if one.day == day] == [DayKind.ORDINARY]
    assert len(marked) == 40


@pytest.mark.usefixtures("db")
def test_the_calendar_is_not_the_clerks_to_list(clerk1: Actor) -> None:
    with pytest.raises(NotAllowed):
        working_days.listed(clerk1, 2026)
