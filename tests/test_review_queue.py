"""The officers' queues: whose cases, in which order, found by what, and who comes next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from data.database import snapshot, transaction
from data.enums import OFFICERS, Branch, BusinessKind, Role
from data.models.case import Case
from data.policy_codes import DayKind, PolicyKey
from services import own_cases, review, review_queue, working_days
from services.actor import Actor
from services.administration import calendar_days, roles, users
from services.errors import NotAllowed
from services.review_queue import Shown, Wanted
from services.rules.workdays import Urgency
from tests.conftest import person
from tests.desk_cases import deferral_case, info_change
from tests.policy_rows import set_for
from tests.rosters import submitted

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
MOBILE = "138555500{:02d}"


def ids(actor: Actor, wanted: Wanted | None = None, **page: int) -> list[int]:
    return [row.case_id for row in review_queue.queue(actor, wanted, **page).rows]


def approve(officer: Actor, case_id: int) -> None:
    review.approve(
        officer, case_id, version=review.open_case(officer, case_id).version, opinion="同意"
    )


def set_case(case_id: int, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Case).where(Case.id == case_id).values(**values))


# ---- whose


def test_each_officer_sees_what_waits_for_her_role_in_her_branch(
    clerk2: Actor, clerk4: Actor, officer_a: Actor, officer_c: Actor, officer_d: Actor
) -> None:
    here, there = deferral_case(clerk2), info_change(clerk4, 0, mobile="13855550001")
    assert (ids(officer_a), ids(officer_c), ids(officer_d)) == ([here], [], [there])
    approve(officer_a, here)
    assert (ids(officer_a), ids(officer_c)) == ([], [here])
    waits_for = review_queue.queue(officer_a, Wanted(Shown.ALL)).rows[0].waits_for
    assert waits_for == "终审员"
    approve(officer_c, here)
    assert (ids(officer_c), ids(officer_c, Wanted(Shown.DECIDED))) == ([], [here])


def test_the_levels_of_policy_say_for_whom_a_case_waits(clerk2: Actor, officer_a: Actor) -> None:
    set_for(BusinessKind.BASE_ADJUSTMENT, PolicyKey.APPROVAL_LEVELS, "director,reviewer")
    case_id = submitted(clerk2, 5000)
    assert (ids(person("director")), ids(officer_a)) == ([case_id], [])
    approve(person("director"), case_id)
    assert (ids(person("director")), ids(officer_a)) == ([], [case_id])


def test_who_belongs_to_no_branch_sees_all_and_chooses_among_them(
    clerk2: Actor, clerk4: Actor, officer_a: Actor
) -> None:
    kaili = info_change(clerk2, 0, mobile="13855550001")
    zhenyuan = info_change(clerk4, 0, mobile="13855550002")
    everywhere = replace(officer_a, branch=None)
    assert ids(everywhere) == [kaili, zhenyuan]
    assert ids(everywhere, Wanted(branch=Branch.ZHENYUAN)) == [zhenyuan]
    assert ids(officer_a, Wanted(branch=Branch.ZHENYUAN)) == [kaili]  # her own, whatever she asks
    page = review.open_case(everywhere, zhenyuan)
    assert (page.can_decide, page.not_hers) == (False, "该业务不归您所在的管理部办理")
    assert page.held_by is None


@pytest.mark.parametrize("key", ["clerk1", "manager", "admin", "security", "auditor"])
def test_nobody_else_sees_a_queue(key: str) -> None:
    for ask in (
        review_queue.queue, review_queue.waiting, lambda who: review_queue.next_case(who, Wanted()),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            ask(person(key))


def test_a_case_handed_on_waits_for_the_colleague_alone(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    review.transfer(officer_a, case_id, officer_b.user_id, version=2)
    assert (ids(officer_a), ids(officer_b)) == ([], [case_id])
    assert review_queue.queue(officer_a, Wanted(Shown.ALL)).rows[0].handed_to == "李春梅"


def test_what_was_handed_to_somebody_who_left_waits_for_the_others(
    clerk2: Actor, clerk3: Actor, officer_a: Actor, officer_b: Actor, admin: Actor, security: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    review.transfer(officer_a, case_id, officer_b.user_id, version=2)
    review.open_case(officer_b, case_id)
    users.disable(admin, officer_b.user_id)
    assert (ids(officer_a), review_queue.waiting(officer_a)) == ([case_id], (1, 0))
    review.approve(officer_a, case_id, version=3, opinion="同意")
    users.enable(admin, officer_b.user_id)
    other = info_change(clerk3, 0, mobile="13885501234")
    review.transfer(officer_a, other, officer_b.user_id, version=2)
    moved = roles.propose(
        admin,
        officer_b.user_id,
        role=Role.SENIOR_REVIEWER,
        branch=officer_b.branch,
        source="任免通知",
    )
    roles.confirm(security, moved)
    assert ids(officer_a) == [other]


def test_drafts_and_withdrawn_cases_are_in_no_queue(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    own_cases.withdraw(clerk2, case_id, version=2)
    assert [ids(officer_a, Wanted(shown)) for shown in Shown] == [[], [], []]


# ---- due days


def test_what_is_due_first_comes_first_and_says_how_it_stands(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    slow = deferral_case(clerk2)  # ten working days
    on_day("2026-07-07")
    quick = info_change(clerk2, 0, mobile="13855550001")  # three
    on_day("2026-07-09")
    rows = review_queue.queue(officer_a).rows
    assert [(row.case_id, row.due_on, row.urgency) for row in rows] == [
        (quick, date(2026, 7, 10), Urgency.NEAR),
        (slow, date(2026, 7, 20), Urgency.ON_TIME),
    ]
    on_day("2026-07-13")
    assert review_queue.queue(officer_a).rows[0].urgency is Urgency.OVERDUE
    assert review_queue.waiting(officer_a) == (2, 1)
    assert ids(officer_a, Wanted(overdue_only=True)) == [quick]


def test_a_new_holiday_moves_what_waits_and_leaves_the_rest(
    clerk2: Actor, officer_a: Actor
) -> None:
    decided, waiting = (info_change(clerk2, n, mobile=MOBILE.format(n)) for n in (0, 1))
    approve(officer_a, decided)
    with transaction() as session:
        working_days.mark(
            session, date(2026, 7, 9), DayKind.HOLIDAY, "苗年", source="州政府通知", author="谢文博"
        )
        assert calendar_days.reckon_due_days(session) == 1
    with snapshot() as session:
        assert session.get_one(Case, waiting).due_on == date(2026, 7, 10)
        assert session.get_one(Case, decided).due_on == date(2026, 7, 9)


# ---- found by what


def test_a_queue_is_narrowed_by_business_employer_and_day(
    clerk1: Actor, clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    base = submitted(clerk2, 5000)
    on_day("2026-07-08")
    info = info_change(clerk1, 0, mobile="13855550001")
    for wanted, found in {
        Wanted(kind=BusinessKind.BASE_ADJUSTMENT): [base],
        Wanted(kind=BusinessKind.DEFERRAL): [],
        Wanted(employer="第九中学"): [info],
        Wanted(employer=" 5226010002 "): [base],
        Wanted(employer="%"): [],
        Wanted(since=date(2026, 7, 8)): [info],
        Wanted(until=date(2026, 7, 7)): [base],
        Wanted(since=date(2026, 7, 6), until=date(2026, 7, 8)): [base, info],
    }.items():
        assert ids(officer_a, wanted) == found, wanted


def test_pages_hold_what_is_asked_and_count_it_all(clerk1: Actor, officer_a: Actor) -> None:
    everything = [info_change(clerk1, n, mobile=MOBILE.format(n)) for n in range(7)]
    pages = [review_queue.queue(officer_a, first=first, most=3) for first in (0, 3, 6)]
    assert [[row.case_id for row in page.rows] for page in pages] == [
        everything[:3], everything[3:6], everything[6:],
    ]  # fmt: skip
    assert [page.total for page in pages] == [7, 7, 7]


def test_counting_stops_at_its_end(
    clerk1: Actor, officer_a: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_queue, "COUNT_TO", 4)
    for number in range(6):
        info_change(clerk1, number, mobile=MOBILE.format(number))
    assert review_queue.queue(officer_a, most=2).total == 4


# ---- who comes next


def test_the_next_case_is_the_one_behind_and_then_the_first(
    clerk1: Actor, officer_a: Actor
) -> None:
    one, two, three = (info_change(clerk1, n, mobile=MOBILE.format(n)) for n in range(3))
    assert review_queue.next_case(officer_a, Wanted()) == one
    assert review_queue.next_case(officer_a, Wanted(), after=one) == two
    approve(officer_a, two)
    assert review_queue.next_case(officer_a, Wanted(), after=two) == three
    assert review_queue.next_case(officer_a, Wanted(), after=three) == one
    assert review_queue.next_case(officer_a, Wanted(kind=BusinessKind.DEFERRAL), after=one) is None


def test_what_a_colleague_has_open_is_not_next(
    clerk1: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    one, two = (info_change(clerk1, n, mobile=MOBILE.format(n)) for n in range(2))
    review.open_case(officer_b, one)
    assert review_queue.next_case(officer_a, Wanted()) == two
    review.leave(officer_b, one)
    assert review_queue.next_case(officer_a, Wanted()) == one


def test_leaving_lets_go_of_ones_own_hold_only(
    clerk1: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = info_change(clerk1, 0, mobile="13855550001")
    review.open_case(officer_b, case_id)
    review.leave(officer_a, case_id)
    assert review_queue.queue(officer_a).rows[0].opened_by == "李春梅"


def test_who_may_not_decide_keeps_nobody_waiting(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    page = review.open_case(officer_c, case_id)
    assert (page.can_decide, page.not_hers) == (False, "该业务当前由初审员办理")
    assert review.open_case(officer_a, case_id).can_decide


def test_an_expired_hold_is_nobodys(clerk2: Actor, officer_a: Actor, officer_b: Actor) -> None:
    from services.rules import clock

    case_id = submitted(clerk2, 5000)
    set_case(case_id, opened_by=officer_b.user_id, opened_until=clock.instant())
    assert review_queue.queue(officer_a).rows[0].opened_by is None
    assert review_queue.next_case(officer_a, Wanted()) == case_id


def test_the_roles_that_decide_are_the_ones_that_have_a_queue() -> None:
    assert Role.DIRECTOR in OFFICERS
