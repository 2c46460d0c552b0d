"""The officer's queue as drawn: 【办理第一件】 opens what is due first, without the queue drawn once more."""

import pytest
from streamlit.testing.v1 import AppTest

from services import review
from services.actor import Actor
from tests.rosters import submitted

pytestmark = pytest.mark.usefixtures("db", "storage")


def _queue() -> None:
    import streamlit as st

    from components import case_queue

    def go(case_id: int | None) -> None:
        st.session_state["opened"] = case_id

    if "opened" not in st.session_state:
        case_queue.draw(st.session_state["officer"], key="review", title="业务审批", go=go)


def test_the_first_case_is_opened_by_one_press(clerk1: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk1)
    page = AppTest.from_function(_queue)
    page.session_state["officer"] = officer_a
    page.run()
    assert "opened" not in page.session_state
    page.button(key="review_first").click().run()
    assert not page.exception
    assert page.session_state["opened"] == case_id


def test_a_queue_that_has_emptied_meanwhile_opens_nothing(clerk1: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk1)
    page = AppTest.from_function(_queue)
    page.session_state["officer"] = officer_a
    page.run()
    opened = review.open_case(officer_a, case_id)
    review.approve(officer_a, case_id, version=opened.version, opinion="同意")
    page.button(key="review_first").click().run()
    assert not page.exception
    assert "opened" not in page.session_state
