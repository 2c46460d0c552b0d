"""The lists of the task center: a row an entry, its buttons at the end."""

import streamlit as st

from components import brand, case_timeline, entries, feedback, pending_case, session
from services import inbox, own_cases
from services.actor import Actor
from services.inbox import Note, Tab, Task

EMPTY = {
    Tab.MESSAGES: "暂无新消息。业务办结或被退回时，中心的通知会显示在这里。",
    Tab.TO_DO: "暂无待办。被中心退回的业务会显示在这里，可修改后重新提交或结束流程。",
    Tab.DONE: "暂无已办业务。办结或终止的业务会显示在这里。",
    Tab.STARTED: "您还没有发起过业务。提交审批后可在这里查看进度。",
    Tab.READ: "暂无已阅消息。在消息详情中点击【标为已阅】后会移到这里。",
}
_NOTE_SHARES = (1.3, 5.4, 0.9, 1.5)
_TASK_SHARES = (1.6, 2.2, 1.0, 3.6, 1.5)


def show(actor: Actor, tab: Tab, *, first: int = 0, most: int = 5, search: str = "") -> int:
    """Draw some of a tab's entries; return how many there are in all."""
    with st.container(key=f"list_{tab.name}", gap=None):
        if tab in (Tab.MESSAGES, Tab.READ):
            return _notes(actor, tab, first=first, most=most, search=search)
        return _tasks(actor, tab, first=first, most=most, search=search)


def _notes(actor: Actor, tab: Tab, *, first: int, most: int, search: str) -> int:
    page = inbox.notes(actor, tab, first=first, most=most, search=search)
    if not page.items:
        brand.quiet(EMPTY[tab])
        return page.total
    entries.head(("业务名称", "消息内容", "推送渠道", "时间", "操作"), _NOTE_SHARES)
    for note in page.items:
        cells = (note.business, note.text, note.channel, case_timeline.moment(note.sent_at))
        buttons = entries.row(cells, _NOTE_SHARES)
        if buttons.button("查看", key=f"see_{tab.name}_{note.id}"):
            _open_note(note)
        key = f"delete_{tab.name}_{note.id}"
        buttons.button("删除", key=key, on_click=_delete, args=(note.id,))
    return page.total


def _tasks(actor: Actor, tab: Tab, *, first: int, most: int, search: str) -> int:
    page = inbox.tasks(actor, tab, first=first, most=most, search=search)
    if not page.items:
        brand.quiet(EMPTY[tab])
        return page.total
    entries.head(("业务流水号", "业务名称", "状态", "最近办理", "时间", "操作"), _TASK_SHARES)
    for task in page.items:
        moved = case_timeline.moment(task.changed_at)
        business = f"{task.business}（{task.person}）" if task.person else task.business
        cells = (task.serial, business, task.status.label, task.summary, moved)
        label = "打开" if tab is Tab.TO_DO else "查看"
        if entries.row(cells, _TASK_SHARES).button(label, key=f"open_{tab.name}_{task.case_id}"):
            _open_task(task, can_close=tab is Tab.TO_DO)
    return page.total


@session.acting
def _delete(actor: Actor, message_id: int) -> None:
    inbox.delete(actor, message_id)
    feedback.notice("消息已删除")


@session.acting
def _mark_read(actor: Actor, message_id: int) -> None:
    inbox.mark_read(actor, message_id)
    feedback.notice("已标为已阅")


@st.dialog("消息详情", width="medium")
def _open_note(note: Note) -> None:
    brand.facts(
        note.business,
        [
            ("业务名称", note.business),
            ("时间", f"{note.sent_at:%Y-%m-%d %H:%M:%S}"),
            ("推送渠道", note.channel),
            ("状态", "已阅" if note.is_read else "未阅"),
        ],
    )
    st.write(feedback.plain(note.text))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("关闭"):
            st.rerun()
        if not note.is_read and st.button("标为已阅", type="primary"):
            _mark_read(note.id)
            st.rerun()


@st.dialog("业务详情", width="large")
def _open_task(task: Task, *, can_close: bool) -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    person = [("缴存人", f"{task.person}　{task.account}")] if task.person else []
    brand.facts(
        task.business,
        [
            ("业务流水号", task.serial),
            ("状态", task.status.label),
            *person,
            ("最近办理", task.summary),
            ("时间", f"{task.changed_at:%Y-%m-%d %H:%M:%S}"),
        ],
    )
    st.markdown("**流程图**")
    with feedback.refusals():
        case_timeline.show(own_cases.course(who.actor, task.case_id))
    if task.can_withdraw and (now := own_cases.waiting(who.actor, task.case_id)):
        pending_case.ask(task.case_id, now)
    if not can_close:
        return
    st.caption("可到业务页面修改后重新提交；结束流程后本次申请终止，可以重新申请。")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("去修改"):
            st.session_state.update(go_to=task.business, go_to_account=task.account)
            st.rerun()
        if st.button("结束流程", type="primary"):
            with feedback.refusals():
                own_cases.end_flow(who.actor, task.case_id, version=task.version)
                feedback.done("流程已结束，可以重新申请")
