"""Files that take a while to make (打印预览, 数据下载): progress in a dialog, then the file."""

import secrets
from collections.abc import Mapping
from typing import Any

import streamlit as st

from components import brand, feedback, session
from components.pdf_view import view
from components.work_progress import progress
from services.actor import Actor
from services.works import desk
from services.works.desk import Progress
from services.works.kinds import Kind

HEIGHT = 560  # pixels
_ON_HAND = "making"


def click() -> str:
    """Return a word for this press of a button: the same word makes nothing twice."""
    return secrets.token_hex(12)


@st.dialog("打印预览", width="large")
def preview(kind: Kind, arguments: Mapping[str, Any], pressed: str) -> None:
    """Make a print and show it, with a link to save it."""
    done = _made(kind, arguments, pressed)
    if done is None:
        return
    address, name = str(done.outcome["view"]), str(done.outcome["name"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("可在预览窗口右上角点击打印，或保存后打印。")
        _links(done)
    view.show(address, name, height=HEIGHT, key=f"print_{pressed}")


@st.dialog("数据下载")
def save(kind: Kind, arguments: Mapping[str, Any], pressed: str) -> None:
    """Make a workbook and offer it."""
    if done := _made(kind, arguments, pressed):
        st.write(feedback.plain(str(done.outcome["summary"])))
        with st.container(horizontal=True, horizontal_alignment="right"):
            _links(done)


def _made(kind: Kind, arguments: Mapping[str, Any], pressed: str) -> Progress | None:
    """Return the work once it is done; until then draw how far it is."""
    who = session.signed_in()
    if who is None:
        st.rerun()
    with feedback.refusals():
        now = _now(who.actor, kind, arguments, pressed)
        if now.is_live:
            progress.show(now, key="making")
        elif now.is_done:
            desk.close(who.actor, now.id)
            return now
        else:
            desk.close(who.actor, now.id)
            st.error(feedback.plain(now.refusal), icon=":material/error:")
    return None


def _now(actor: Actor, kind: Kind, arguments: Mapping[str, Any], pressed: str) -> Progress:
    on_hand = st.session_state.get(_ON_HAND)
    if on_hand and on_hand[0] == pressed:
        return desk.progress(actor, on_hand[1])
    work_id = desk.start(actor, kind, click=pressed, arguments=arguments)
    st.session_state[_ON_HAND] = (pressed, work_id)
    with st.spinner("正在生成，请稍候…", show_time=True):
        return desk.soon(actor, work_id)


def _links(done: Progress) -> None:
    for label, address in done.outcome["links"]:
        brand.link(label, address)
