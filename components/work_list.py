"""The works of a person (我的处理): imports, prints and exports under way or just ended."""

import streamlit as st

from components import brand, entries, roster_import, session
from components.work_progress import progress
from services.actor import Actor
from services.works import desk
from services.works.desk import Progress

KEY = "works"
_SHARES = (2.2, 2.6, 4.0, 1.0)


@session.fragment
def show(actor: Actor) -> None:
    """Draw the list, while there is anything in it; it follows what is under way."""
    found = desk.listed(actor)
    if not found:
        return
    st.markdown("**我的处理**　:small[:gray[处理完成后保留1小时]]")
    with st.container(key=f"list_{KEY}", gap=None):
        entries.head(("处理事项", "文件", "进度或结果", "开始时间", "操作"), _SHARES)
        for work in found:
            _row(work)
    if any(work.is_live for work in found):
        progress.tick(KEY)


def _row(work: Progress) -> None:
    cells = (work.label, work.filename or "—", _how(work), f"{work.started_at:%H:%M}")
    buttons = entries.row(cells, _SHARES)
    with buttons:
        for label, address in work.outcome.get("links", []):
            brand.link(label, address)
        if work.is_live:
            return
        if not work.outcome.get("links") and st.button("查看", key=f"{KEY}_see_{work.id}"):
            st.session_state.update({"go_to": work.page, roster_import.WANTED: work.kind})
            st.rerun()
        st.button("移除", key=f"{KEY}_close_{work.id}", on_click=_close, args=(work.id,))


def _how(work: Progress) -> str:
    if work.is_live:
        return progress.words(work)
    return work.refusal or str(work.outcome.get("summary") or work.state.label)


@session.acting
def _close(actor: Actor, work_id: int) -> None:
    desk.close(actor, work_id)
