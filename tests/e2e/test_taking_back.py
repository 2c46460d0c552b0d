"""撤回 on the page itself: every business that waits for the center is taken back where it was entered."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from services import contributor_info_change, own_cases
from services.actor import Actor
from tests import desk_cases
from tests.conftest import person
from tests.e2e import conftest
from tests.e2e.conftest import Arrive
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor
from tests.rosters import submitted

hall = conftest.own_hall

SUBMIT: dict[str, Callable[[Actor], int]] = {
    "base_adjustment": lambda clerk: submitted(clerk, 5000),
    "rate_adjustment": lambda clerk: desk_cases.rate_case(clerk, 10),
    "deferral": desk_cases.deferral_case,
    "employer_info_change": lambda clerk: desk_cases.employer_change(clerk, postcode="556001"),
    "contributor_info_change": lambda clerk: desk_cases.info_change(clerk, 0, education="14"),
}


@pytest.fixture(scope="module")
def clerk(arrive_once: Arrive) -> Visitor:
    return arrive_once("clerk2")


@pytest.mark.parametrize("business", SUBMIT)
def test_what_waits_is_taken_back_on_its_page(hall: Hall, clerk: Visitor, business: str) -> None:
    with hall.behind():
        actor = person("clerk2")
        case_id = SUBMIT[business](actor)
        now = own_cases.waiting(actor, case_id)
        account = contributor_info_change.people(actor)[0].account
    assert now
    clerk.open(f"/{business}")
    if business == "contributor_info_change":
        clerk.pick("个人账号", account)
    # Monday 6 July 2026, and ten or three working days on.
    due = "2026-07-20" if business == "deferral" else "2026-07-09"
    line = clerk.page.get_by_test_id("stMarkdown").filter(has_text=f"业务流水号 {now.serial}")
    expect(line).to_contain_text(f"待审核　{now.submitted_by}")
    expect(line).to_contain_text(f"中心最迟于{due}办结")
    clerk.shot(f"taking-back-{business}")
    clerk.press("撤回")
    clerk.confirm("撤回确认", "确定撤回")
    clerk.hears("已撤回，可修改后重新提交")
    expect(clerk.button("撤回")).to_have_count(0)
    told = clerk.page.locator(".hall-banner", has_text=f"业务{now.serial}已撤回。可修改")
    expect(told).to_be_visible()
    with hall.behind():
        own_cases.end_flow(actor, case_id, version=now.version + 1)
