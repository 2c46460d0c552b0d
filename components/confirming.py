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
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消", key="confirming_no"):
            st.rerun()
        if st.button("确定", type="primary", key="confirming_yes"):
            who = session.signed_in()
            with feedback.refusals():
                if who:
                    act(who.actor)
                    feedback.notice(told)
                    leave()
