"""消息事务管理: the whole history of messages and tasks, with search and pages (manual H3)."""

import streamlit as st

from components import brand, task_list
from services import inbox
from services.actor import Actor
from services.inbox import Tab

TITLE = "消息事务管理"
ICON = ":material/inbox:"
A_PAGE = 15


def render(actor: Actor) -> None:
    brand.title(TITLE, "全部消息与业务办理记录，可按业务名称、流水号、职工或消息内容查找。")
    counts = inbox.counts(actor)
    names = {tab: f"{tab.value}（{counts[tab]}）" for tab in Tab}
    wanted = st.session_state.pop("inbox_tab", None)
    if wanted:
        st.session_state["inbox_choice"] = wanted
    left, right = st.columns((3, 1), vertical_alignment="bottom")
    tab = left.segmented_control(
        "类别", list(Tab), format_func=names.__getitem__, key="inbox_choice",
        default=None if "inbox_choice" in st.session_state else Tab.MESSAGES,
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    search = right.text_input(
        "查找", placeholder="查找内容，按回车", label_visibility="collapsed", max_chars=40
    )
    tab = tab if isinstance(tab, Tab) else Tab.MESSAGES
    total = inbox.count(actor, tab, search) if search else counts[tab]
    if search and not total:
        brand.quiet(f"{tab.value}中没有包含“{search}”的记录，请减少查找字数或换一个类别后再试。")
        return
    pages, key = max(1, -(-total // A_PAGE)), f"inbox_page_{tab.name}_{search}"
    number = min(st.session_state.get(key, 1), pages)
    task_list.show(actor, tab, first=(number - 1) * A_PAGE, most=A_PAGE, search=search)
    if pages > 1:
        st.pagination(pages, key=key)
