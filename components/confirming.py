"""The question before what is not easily undone (办理确认): one sentence, 取消, 确定."""

from collections.abc import Callable

import streamlit as st

from components import feedback, session
from services.actor import Actor


@st.dialog("办理确认")
def ask(
    question: str, act: Callable[[Actor], object], told: str, leave: Callable[[], object]
) -> None:
    """Ask, then have whoever is signed in act; say what was done and `leave`."""
    st.write(feedback.plain(question))

    def done(actor: Actor) -> None:
        act(actor)
        feedback.notice(told)
        leave()

    answer(done)


def answer(act: Callable[[Actor], object], *, no: str = "取消", yes: str = "确定") -> None:
    """Draw the two answers to a dialog's question; at `yes`, whoever is signed in then acts."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(no, key="confirming_no"):
            st.rerun()
        if st.button(yes, type="primary", key="confirming_yes"):
            who = session.signed_in()
            with feedback.refusals():
                if who:
                    act(who.actor)
