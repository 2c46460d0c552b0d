"""Assessed months (汇缴核定) at the center: approve, return, confirm that the money has arrived."""

import streamlit as st

from components import brand, case_timeline, entries, feedback, session
from data.enums import AssessmentStatus
from services.actor import Actor
from services.remittance import desk
from services.remittance.desk import Waiting

TITLE = "汇缴核定审批"
ICON = ":material/payments:"
SHARES = (1.5, 2.6, 1.0, 1.0, 0.8, 1.4, 1.6, 1.5)
HEADS = ("单位账号", "单位名称", "汇缴年月", "类型", "人数", "金额", "状态", "核定时间", "操作")


def render(actor: Actor) -> None:
    brand.title(TITLE, "本管理部各单位已核定的月度：先审批，款项到账后确认入账。")
    months = desk.waiting(actor)
    if not months:
        brand.quiet("暂无待审批或待入账的月度。单位核定后会显示在这里。")
        return
    with st.container(key="list_months", gap=None):
        entries.head(HEADS, SHARES)
        for month in months:
            _row(month)


def _row(month: Waiting) -> None:
    cells = (
        month.employer_number, month.employer_name, str(month.month), month.kind.label,
        f"{month.heads}", f"{month.amount:,.2f}", month.status.label,
        case_timeline.moment(month.assessed_at),
    )  # fmt: skip
    buttons = entries.row(cells, SHARES)
    key = month.assessment_id
    if month.status is AssessmentStatus.ASSESSED:
        if buttons.button("通过", key=f"approve_{key}"):
            _approve(month)
        if buttons.button("退回", key=f"return_{key}"):
            _send_back(month)
    elif buttons.button("到账确认", key=f"arrive_{key}"):
        _arrive(month)


def _approve(month: Waiting) -> None:
    who = session.signed_in()
    with feedback.refusals():
        if who:
            desk.approve(who.actor, month.assessment_id)
            feedback.done(f"{month.employer_name}{month.month.label}核定已审批")


@st.dialog("退回核定")
def _send_back(month: Waiting) -> None:
    st.write(f"退回{month.employer_name}{month.month.label}的核定；之后的月度将一并退回。")
    reason = st.text_input("退回原因（必填）", max_chars=200)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消"):
            st.rerun()
        if st.button("确定", type="primary"):
            who = session.signed_in()
            with feedback.refusals():
                if who:
                    desk.send_back(who.actor, month.assessment_id, reason=reason)
                    feedback.done("已退回单位")


@st.dialog("到账确认")
def _arrive(month: Waiting) -> None:
    st.write(
        f"确认{month.employer_name}{month.month.label}的汇缴款{month.amount:,.2f}元已全额到账？"
        "确认后该月入账，不能删除。"
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消"):
            st.rerun()
        if st.button("确定", type="primary"):
            who = session.signed_in()
            with feedback.refusals():
                if who:
                    desk.confirm_arrival(who.actor, month.assessment_id)
                    feedback.done("已入账")
