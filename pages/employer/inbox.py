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
    brand.title(TITLE, "全部消息与业务办理记录，可按业务名称、流水号或内容查找。")
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
    pages = max(1, -(-counts[tab] // A_PAGE))
    number = st.session_state.get(f"inbox_page_{tab.name}", 1) if pages > 1 else 1
    first = (min(number, pages) - 1) * A_PAGE
    total = task_list.show(actor, tab, first=first if not search else 0, most=A_PAGE, search=search)
    if search and not total:
        brand.quiet("没有符合查找内容的记录，请减少查找字数后再试。")
    if pages > 1 and not search:
        st.pagination(pages, key=f"inbox_page_{tab.name}")
