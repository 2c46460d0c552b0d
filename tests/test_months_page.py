"""The officer's months as drawn: a page on which nothing is left gives way to the first."""

import pytest
from streamlit.testing.v1 import AppTest

from services.actor import Actor
from services.remittance import assess, desk
from services.rules.months import Month

pytestmark = pytest.mark.usefixtures("db", "storage")
JULY = Month(2026, 7)


def _months() -> None:
    import streamlit as st

    from pages.center import months

    months.render(st.session_state["officer"])


@pytest.fixture
def page(
    monkeypatch: pytest.MonkeyPatch, clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> AppTest:
    """Return the page turned to the second of two pages, with a month on each."""
    monkeypatch.setattr(desk, "A_PAGE", 1)
    for clerk in (clerk1, clerk2):
        assess.assess(clerk, [JULY], client_id=f"page-{clerk.user_id}")
    page = AppTest.from_function(_months)
    page.session_state["officer"] = officer_a
    page.session_state["months_page"] = 2
    page.run()
    assert _employers(page) == ["522601000202"]
    return page


def test_words_typed_on_the_second_page_are_looked_for_from_the_first(page: AppTest) -> None:
    page.text_input(key="months_words").input("522601000101").run()
    assert not page.exception
    assert _employers(page) == ["522601000101"]


def test_the_last_month_of_the_last_page_gone_the_first_page_stands(
    page: AppTest, officer_a: Actor
) -> None:
    (last,) = desk.waiting(officer_a, page=2).months
    desk.send_back(officer_a, last.assessment_id, reason="金额有误，请重新核定")
    page.run()
    assert not page.exception
    assert _employers(page) == ["522601000101"]


def test_words_that_nothing_answers_to_are_not_told_as_an_empty_desk(page: AppTest) -> None:
    page.text_input(key="months_words").input("没有这家单位").run()
    told = "".join(block.proto.body for block in page.get("html"))
    assert "没有符合条件的月度，请核对单位账号或名称，或取消所选状态。" in told


def _employers(page: AppTest) -> list[str]:
    """Return the numbers of the employers whose months are drawn."""
    drawn = "".join(block.proto.body for block in page.get("html"))
    return [number for number in ("522601000101", "522601000202") if number in drawn]
