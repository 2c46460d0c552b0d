"""A case that waits for the center, as its clerk sees it: since when, by when, its flow, 撤回."""

import streamlit as st

from components import brand, case_timeline, confirming, feedback
from data.enums import CaseStatus
from services import own_cases
from services.actor import Actor
from services.own_cases import Waiting


def show(actor: Actor, case_id: int | None) -> None:
    """Draw where the case stands, and the way to take it back while nobody has decided."""
    now = own_cases.waiting(actor, case_id) if case_id else None
    if now is None or case_id is None:
        return
    said, button = st.columns((5, 1), vertical_alignment="center")
    said.markdown(
        f"**业务流水号 {now.serial}　待审核**　:gray[{feedback.plain(now.submitted_by)} "
        f"{case_timeline.moment(now.submitted_at)}提交]{_by_when(now)}"
    )
    if now.can_withdraw:
        with button.container(horizontal=True, horizontal_alignment="right"):
            if st.button("撤回", key=f"withdraw_{case_id}", help="审批前可撤回，修改后重新提交"):
                _confirm(case_id, now)
    case_timeline.show(now.course)


def _by_when(now: Waiting) -> str:
    if now.due_on is None:
        return ""
    if now.is_overdue:
        return f":red[，中心应于{now.due_on}办结，已超时，可联系所属管理部]"
    return f":gray[，中心最迟于{now.due_on}办结]"


@st.dialog("撤回确认")
def _confirm(case_id: int, now: Waiting) -> None:
    ask(case_id, now)


def ask(case_id: int, now: Waiting) -> None:
    """Say what taking the case back means, and let the clerk do it."""
    st.write(
        f"撤回业务{now.serial}？撤回后中心不再审核，已填内容和材料都保留，可修改后重新提交或结束流程。"
    )

    def withdraw(actor: Actor) -> None:
        own_cases.withdraw(actor, case_id, version=now.version)
        feedback.done("已撤回，可修改后重新提交")

    confirming.answer(withdraw, no="不撤回", yes="确定撤回")


def banner(serial: str | None, status: CaseStatus | None, what: str = "") -> bool:
    """Say that a case is the clerk's again, where it is, and what she can do; tell whether it is."""
    if status not in (CaseStatus.RETURNED, CaseStatus.REJECTED, CaseStatus.WITHDRAWN):
        return False
    reason = "" if status is CaseStatus.WITHDRAWN else "，原因见首页【待办】"
    brand.banner(
        f"业务{serial}{status.label}{reason}。可修改{what}后重新提交，或在【待办】中结束流程。",
        "warn",
    )
    return True
