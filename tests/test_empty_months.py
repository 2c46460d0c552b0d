"""Months that nobody is in (没有缴存人的月度): passed over by the chain, by 缴至年月 and by the reminders."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from data.database import snapshot
from data.enums import ContributorStatus
from data.models.register import Employer
from services import arrears, home, jobs
from services.actor import Actor
from services.contributor_registration import roster as newcomers
from services.register import employer_months
from services.remittance import assess, chain, deferred, desk, edit
from services.rules.months import Month
from tests.credits import receive
from tests.test_contributor_registration import YANG
from tests.test_contributor_registration import confirm as open_accounts
from tests.test_contributor_registration import person as registered
from tests.test_contributor_status_change import (
    SEALING,
    UNSEALING,
    accounts,
    confirm,
    enter,
    person,
    seal_everybody,
    set_person,
)
from tests.test_corrections import reverse
from tests.test_deferral import deferred as granted
from tests.test_deferral import released
from tests.test_register import new_clerk
from tests.test_remittance import go, listed

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
AUGUST = Month(2026, 8)


def paid_to(clerk: Actor) -> int | None:
    with snapshot() as session:
        return session.get_one(Employer, clerk.employer).paid_to


def booked(clerk: Actor, officer: Actor, number: int, amount: str) -> None:
    go(clerk, number, click=f"go-{number}")
    desk.approve(officer, listed(clerk, number).id)
    receive(officer, clerk, amount)


def behind(officer: Actor, clerk: Actor) -> list[str]:
    return [
        str(month)
        for row in arrears.behind(officer)
        if row.employer_id == clerk.employer
        for month in row.months
    ]


def test_a_new_employer_whose_first_people_begin_in_august_begins_with_august(
    officer_a: Actor, on_day: OnDay
) -> None:
    """Opened from July at 8 %; 5200 is 416 a side."""
    clerk = new_clerk(officer_a)
    newcomers.add(clerk, replace(YANG, first_month=AUGUST))
    open_accounts(clerk)
    on_day("2026-08-05")
    jobs.dun()
    assert behind(officer_a, clerk) == []
    now = assess.situation(clerk)
    assert (now.next_month, now.objection) == (AUGUST, None)
    assert [(m.heads, f"{m.amount:,.2f}") for m in now.months] == [(1, "832.00")]
    assert home.home(clerk).due_months == [AUGUST]
    with pytest.raises(chain.NotConsecutive, match="应从2026年8月起连续核定"):
        go(clerk, 202607)
    on_day("2026-09-01")
    assert behind(officer_a, clerk) == ["2026-08"]
    booked(clerk, officer_a, 202608, "832.00")
    assert paid_to(clerk) == registered(YANG.id_number).paid_to == 202608
    assert behind(officer_a, clerk) == []
    assert [str(one.month) for one in employer_months.owed(officer_a, clerk.employer)] == [
        "2026-09"
    ]


def test_an_employer_that_paused_from_august_goes_on_in_october(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    """All five sealed from August, the first back in October: 7656.25 at 8 % is 613 a side."""
    everybody = seal_everybody(clerk2, AUGUST)
    booked(clerk2, officer_a, 202607, "4726.00")
    on_day("2026-09-01")
    jobs.dun()
    assert behind(officer_a, clerk2) == []
    on_day("2026-08-20")
    assert assess.situation(clerk2).objection == "2026年8月没有正常状态的缴存人，不能核定"
    on_day("2026-10-05")
    enter(clerk2, UNSEALING, everybody[0], month=Month(2026, 10))
    confirm(clerk2, UNSEALING, everybody[:1], "back")
    now = assess.situation(clerk2)
    assert (str(now.next_month), now.objection) == ("2026-10", None)
    (october,) = now.months
    assert (october.last_heads, october.minus_heads, october.heads) == (5, 4, 1)
    assert [f"{x:,.2f}" for x in (october.last_amount, october.minus_amount, october.amount)] == [
        "4,726.00", "3,500.00", "1,226.00"]  # fmt: skip
    assert home.home(clerk2).due_months == [Month(2026, 10)]
    go(clerk2, 202610)
    assert behind(officer_a, clerk2) == []
    edit.delete(clerk2, listed(clerk2, 202610).id)
    assert str(assess.situation(clerk2).next_month) == "2026-10"
    booked(clerk2, officer_a, 202610, "1226.00")
    assert paid_to(clerk2) == person(everybody[0]).paid_to == 202610
    assert person(everybody[1]).paid_to == 202607
    assert employer_months.owed(officer_a, clerk2.employer) == []
    on_day("2026-11-02")
    assert behind(officer_a, clerk2) == []


def test_a_deferred_month_that_nobody_was_in_is_not_to_be_paid_back(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    """Deferred from July, all sealed from September, one back in November, the month of the release."""
    granted(clerk2, officer_a, officer_c)
    on_day("2026-08-05")
    everybody = seal_everybody(clerk2, Month(2026, 9))
    on_day("2026-11-10")
    enter(clerk2, UNSEALING, everybody[0], month=Month(2026, 11))
    confirm(clerk2, UNSEALING, everybody[:1], "back")
    released(clerk2, officer_a, officer_c, Month(2026, 11))
    booked(clerk2, officer_a, 202611, "1226.00")
    owed = deferred.deferred_months(clerk2)
    assert [(str(m.month), m.heads, f"{m.amount:,.2f}") for m in owed] == [
        ("2026-07", 5, "4,726.00"), ("2026-08", 5, "4,726.00")]  # fmt: skip
    deferred.assess_deferred(clerk2, [m.month for m in owed], client_id="back")
    for number in (202607, 202608):
        desk.approve(officer_a, listed(clerk2, number).id)
    receive(officer_a, clerk2, "9452.00")
    assert paid_to(clerk2) == person(everybody[0]).paid_to == 202611
    assert deferred.deferred_months(clerk2) == []


def test_who_has_nobody_is_reminded_of_the_months_before_and_of_no_other(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    """All sealed from August with July not yet assessed: July is owed, August is not."""
    seal_everybody(clerk2, AUGUST)
    on_day("2026-10-01")
    assert behind(officer_a, clerk2) == ["2026-07"]
    assert arrears.remind(officer_a, clerk2.employer) == (
        "尊敬的黔东南苗岭食品(示例)，贵单位2026年7月公积金尚未入账，请尽快汇缴"
    )
    booked(clerk2, officer_a, 202607, "4726.00")
    assert behind(officer_a, clerk2) == []


def test_an_employer_whose_first_money_is_reversed_has_paid_for_no_month_before_its_people(
    officer_a: Actor, officer_b: Actor, on_day: OnDay
) -> None:
    clerk = new_clerk(officer_a)
    newcomers.add(clerk, replace(YANG, first_month=AUGUST))
    open_accounts(clerk)
    on_day("2026-08-05")
    booked(clerk, officer_a, 202608, "832.00")
    reverse(officer_a, officer_b, clerk)
    assert paid_to(clerk) is None
    assert home.home(clerk).paid_to == "—"
    receive(officer_a, clerk, "832.00")
    assert paid_to(clerk) == 202608


def test_a_month_given_back_after_an_empty_one_leaves_the_month_before_both_paid(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, on_day: OnDay
) -> None:
    """Five of U2, 4,726.00 a month: booked for July, nobody in August, back in September."""
    booked(clerk2, officer_a, 202607, "4726.00")
    everybody = seal_everybody(clerk2, AUGUST)
    on_day("2026-09-01")
    for account in everybody:
        enter(clerk2, UNSEALING, account, month=Month(2026, 9))
    confirm(clerk2, UNSEALING, everybody, "back")
    booked(clerk2, officer_a, 202609, "4726.00")
    assert paid_to(clerk2) == 202609
    reverse(officer_a, officer_b, clerk2)
    assert paid_to(clerk2) == 202607
    assert {person(account).paid_to for account in everybody} == {202607}
    receive(officer_a, clerk2, "4726.00")
    assert paid_to(clerk2) == 202609


def test_a_month_given_back_leaves_a_month_paid_whose_only_person_has_closed_the_account(
    officer_a: Actor, officer_b: Actor, on_day: OnDay
) -> None:
    """One person in July, gone since; nobody in August; another from September on."""
    clerk = new_clerk(officer_a)
    newcomers.add(clerk, YANG)
    open_accounts(clerk)
    booked(clerk, officer_a, 202607, "832.00")
    (first,) = accounts(clerk)
    enter(clerk, SEALING, first, month=AUGUST)
    confirm(clerk, SEALING, [first], "out")
    set_person(first, status=ContributorStatus.WITHDRAWN)
    on_day("2026-09-01")
    second = replace(YANG, name="石国庆", id_number="522601197811050058")
    newcomers.add(clerk, replace(second, first_month=Month(2026, 9)))
    open_accounts(clerk, click="second")
    booked(clerk, officer_a, 202609, "832.00")
    assert paid_to(clerk) == 202609
    reverse(officer_a, officer_b, clerk)
    assert paid_to(clerk) == person(first).paid_to == 202607
