"""A month assessed again (重新核定) after it was deleted or returned: what was in force in it, to the fen."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from data.database import snapshot
from data.enums import ContributorStatus
from data.models.register import Employer
from data.models.remittance import AssessmentLine
from data.policy_codes import PolicyKey, Rounding
from services import review
from services.actor import Actor
from services.contributor_registration import roster as newcomers
from services.deferral import back_payment
from services.remittance import assess, desk, edit
from services.rules.months import Month
from services.summary import verify
from tests.policy_rows import set_for
from tests.rosters import submitted as base_submitted
from tests.test_contributor_registration import YANG
from tests.test_contributor_registration import confirm as open_accounts
from tests.test_contributor_status_change import SEALING, UNSEALING, accounts, confirm, enter
from tests.test_contributor_status_change import refusal as status_refusal
from tests.test_deferral import deferred, released
from tests.test_rate_adjustment import submit as submit_rate
from tests.test_remittance import go, listed

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
AUGUST = Month(2026, 8)


def foreseen(clerk: Actor, count: int = 2) -> list[tuple[str, int, str, str]]:
    """Month, heads, amount and difference of the months offered."""
    return [
        (str(m.month), m.heads, f"{m.amount:,.2f}", f"{m.difference:,.2f}")
        for m in assess.situation(clerk, count).months
    ]


def stands(clerk: Actor, number: int) -> tuple[int, str, str]:
    """Heads, amount and difference of a month as assessed last."""
    found = next(
        row for row in edit.assessed_months(clerk)
        if row.month.number == number and row.status.label == "已核定(待审批)"
    )  # fmt: skip
    return found.heads, f"{found.amount:,.2f}", f"{found.difference:,.2f}"


def lines(clerk: Actor, number: int) -> set[tuple[str, int, str]]:
    """Base, rate and the employer's part of everybody in a month."""
    with snapshot() as session:
        found = session.scalars(
            select(AssessmentLine).filter_by(assessment_id=listed(clerk, number).id)
        )
        return {(str(x.base), x.employer_rate, str(x.employer_amount)) for x in found}


def test_rates_raised_from_august_do_not_reach_july_that_is_deleted_and_assessed_again(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    go(clerk2, 202607)
    july = lines(clerk2, 202607)
    on_day("2026-08-03")
    review.approve(officer_a, submit_rate(clerk2, 10, AUGUST), version=2, opinion="同意")
    edit.delete(clerk2, listed(clerk2, 202607).id)
    assert foreseen(clerk2) == [
        ("2026-07", 5, "4,726.00", "0.00"), ("2026-08", 5, "5,908.00", "1,182.00")]  # fmt: skip
    go(clerk2, 202607, 202608, click="again")
    assert stands(clerk2, 202607) == (5, "4,726.00", "0.00")
    assert stands(clerk2, 202608) == (5, "5,908.00", "1,182.00")
    assert lines(clerk2, 202607) == july
    assert verify.differences() == []


def test_bases_adjusted_in_july_do_not_reach_june_that_the_center_has_sent_back(
    clerk3: Actor, officer_a: Actor
) -> None:
    go(clerk3, 202604, 202605, 202606)
    review.approve(officer_a, base_submitted(clerk3, 3300), version=2, opinion="同意")
    desk.send_back(officer_a, listed(clerk3, 202606).id, reason="人数有误")
    assert foreseen(clerk3) == [
        ("2026-06", 40, "12,000.00", "0.00"), ("2026-07", 40, "13,200.00", "1,200.00")]  # fmt: skip
    go(clerk3, 202606, click="again")
    assert stands(clerk3, 202606) == (40, "12,000.00", "0.00")
    assert lines(clerk3, 202606) == {("3000.00", 5, "150.00")}
    go(clerk3, 202607, click="july")
    assert stands(clerk3, 202607) == (40, "13,200.00", "1,200.00")


def test_a_base_given_with_the_unsealing_counts_from_its_month_also_where_july_is_assessed_again(
    clerk2: Actor, on_day: OnDay
) -> None:
    """7656.25 at 8 % is 613 a side in July; sealed from August, back in September at 9000: 720."""
    who = accounts(clerk2)[0]
    go(clerk2, 202607)
    on_day("2026-08-05")
    enter(clerk2, SEALING, who, month=AUGUST)
    confirm(clerk2, SEALING, [who], "out")
    enter(clerk2, UNSEALING, who, month=Month(2026, 9), base=Decimal(9000))
    confirm(clerk2, UNSEALING, [who], "back")
    edit.delete(clerk2, listed(clerk2, 202607).id)
    on_day("2026-09-05")
    assert foreseen(clerk2, 3) == [
        ("2026-07", 5, "4,726.00", "0.00"), ("2026-08", 4, "3,500.00", "0.00"),
        ("2026-09", 5, "4,940.00", "0.00")]  # fmt: skip
    go(clerk2, 202607, 202608, 202609, click="all")
    assert [stands(clerk2, m)[1] for m in (202607, 202608, 202609)] == [
        "4,726.00", "3,500.00", "4,940.00"]  # fmt: skip


def test_october_deleted_after_a_deferral_leaves_the_deferred_months_out_of_the_chain(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    deferred(clerk2, officer_a, officer_c)
    on_day("2026-10-10")
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    go(clerk2, 202610)
    edit.delete(clerk2, listed(clerk2, 202610).id)
    with snapshot() as session:
        assert session.get_one(Employer, clerk2.employer).assessed_to == 202609
    who = accounts(clerk2, ContributorStatus.NORMAL)[0]
    assert status_refusal(clerk2, SEALING, who, month=AUGUST)["month"] == (
        "生效年月2026-08在已结束的缓缴期内，最早可填2026-10；如须自该月起封存，请联系所属管理部"
    )


def test_what_was_reckoned_before_a_new_method_stands_where_the_month_is_assessed_again(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    """To the fen from October on: no amount moves by itself; 10 % from December is 2,953.95 a side."""
    set_for(None, PolicyKey.ROUNDING, Rounding.HALF_UP_TO_FEN.value, since="2026-10-01")
    on_day("2026-11-05")
    go(clerk2, 202607, 202608, 202609, 202610, 202611)
    assert stands(clerk2, 202611) == (5, "4,726.00", "0.00")
    november = lines(clerk2, 202611)
    on_day("2026-12-03")
    review.approve(officer_a, submit_rate(clerk2, 10, Month(2026, 12)), version=2, opinion="同意")
    edit.delete(clerk2, listed(clerk2, 202611).id)
    assert foreseen(clerk2) == [
        ("2026-11", 5, "4,726.00", "0.00"), ("2026-12", 5, "5,907.90", "1,181.90")]  # fmt: skip
    go(clerk2, 202611, 202612, click="again")
    assert lines(clerk2, 202611) == november
    assert stands(clerk2, 202612) == (5, "5,907.90", "1,181.90")


def test_deferred_months_are_paid_back_as_they_were_whatever_the_method_has_become(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    """July to September deferred at 8 %, 10 % from October, to the fen since August: 3 × 4,726.00."""
    set_for(None, PolicyKey.ROUNDING, Rounding.HALF_UP_TO_FEN.value, since="2026-08-01")
    deferred(clerk2, officer_a, officer_c)
    on_day("2026-10-10")
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    review.approve(officer_a, submit_rate(clerk2, 10, Month(2026, 10)), version=2, opinion="同意")
    owed = back_payment.back_payment(clerk2)
    assert [f"{month.total:,.2f}" for month in owed] == ["4,726.00"] * 3
    assert foreseen(clerk2, 1) == [("2026-10", 5, "5,907.90", "1,181.90")]


def test_a_method_set_on_a_months_second_day_does_not_reach_who_came_while_it_was_deferred(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    """5,206.30 at 8 % is 416.504, 417 a side: in August and in September, before 10 % from October."""
    set_for(None, PolicyKey.ROUNDING, Rounding.HALF_UP_TO_FEN.value, since="2026-09-02")
    deferred(clerk2, officer_a, officer_c)
    on_day("2026-08-05")
    newcomers.add(clerk2, replace(YANG, base=Decimal("5206.30"), first_month=AUGUST))
    open_accounts(clerk2)
    on_day("2026-10-10")
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    review.approve(officer_a, submit_rate(clerk2, 10, Month(2026, 10)), version=2, opinion="同意")
    owed = back_payment.back_payment(clerk2)
    assert [(month.heads, f"{month.total:,.2f}") for month in owed] == [
        (5, "4,726.00"), (6, "5,560.00"), (6, "5,560.00")]  # fmt: skip


def test_who_began_in_the_month_itself_keeps_what_was_reckoned_in_it_before_a_new_method(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    """417 a side of 5,206.30 at 8 %, although a method to the fen is set afterwards from July on."""
    newcomers.add(clerk2, replace(YANG, base=Decimal("5206.30")))
    open_accounts(clerk2)
    go(clerk2, 202607)
    set_for(None, PolicyKey.ROUNDING, Rounding.HALF_UP_TO_FEN.value, since="2026-07-01")
    on_day("2026-08-03")
    review.approve(officer_a, submit_rate(clerk2, 10, AUGUST), version=2, opinion="同意")
    edit.delete(clerk2, listed(clerk2, 202607).id)
    assert foreseen(clerk2, 1) == [("2026-07", 6, "5,560.00", "0.00")]
