"""Assessed months (汇缴核定) at the center: approve, return, and book what the money pays."""

import streamlit as st

from components import (
    arrival_form,
    brand,
    case_timeline,
    confirming,
    entries,
    feedback,
    session,
    signing,
)
from components.form_fields import Fields
from data.enums import AssessmentStatus
from services.actor import Actor
from services.remittance import arrivals, desk
from services.remittance.credits import Outcome, WrongCredit
from services.remittance.desk import Waiting

TITLE = "汇缴核定审批"
ICON = ":material/payments:"
KEY = "months"
SHARES = (1.3, 2.7, 0.75, 0.5, 0.6, 1.1, 1.1, 1.35, 1.5)
HEADS = (
    "单位账号", "单位名称", "汇缴年月", "类型", "人数", "金额", "未分摊余额", "状态", "核定时间", "操作",
)  # fmt: skip
FIELDS = Fields("arrival")
NUMBERS = (4, 5, 6)


def render(actor: Actor) -> None:
    brand.title(TITLE, "本管理部各单位已核定的月度：先审批，款项到账后入账。")
    left, right = st.columns((1, 2))
    words = left.text_input(
        "单位账号或名称", key=f"{KEY}_words", max_chars=40, placeholder="查找单位",
        on_change=_first_page,
    )  # fmt: skip
    place = right.container()
    status = st.session_state.get(f"{KEY}_status")
    page = int(st.session_state.get(f"{KEY}_page") or 1)
    found = desk.waiting(actor, status, words, page=page)
    with place:
        st.segmented_control(
            "状态", desk.WAITING, key=f"{KEY}_status", on_change=_first_page,
            format_func=lambda one: f"{one.label}（{found.counts[one]}）",
        )  # fmt: skip
    if not found.months and page > 1:  # the last page has emptied
        _first_page()
        st.rerun()
    if not found.months:
        brand.quiet(
            "没有符合条件的月度，请核对单位账号或名称，或取消所选状态。"
            if words.strip() or status
            else "暂无待审批或待缴款的月度。单位核定后会显示在这里。"
        )
        return
    with st.container(key="list_months", gap=None):
        entries.head(HEADS, SHARES, numbers=NUMBERS)
        for month in found.months:
            _row(month)
    total = found.counts[status] if status else sum(found.counts.values())
    if total > desk.A_PAGE:
        st.pagination(-(-total // desk.A_PAGE), key=f"{KEY}_page")


def _first_page() -> None:
    st.session_state.pop(f"{KEY}_page", None)


def _row(month: Waiting) -> None:
    cells = (
        month.employer_number, month.employer_name, str(month.month), month.kind.label,
        f"{month.heads:,}", f"{month.amount:,.2f}",
        f"{month.balance:,.2f}" if month.balance else "—", month.status.label,
        case_timeline.moment(month.assessed_at),
    )  # fmt: skip
    buttons = entries.row(cells, SHARES, numbers=NUMBERS)
    key = month.assessment_id
    if month.status is AssessmentStatus.ASSESSED:
        if buttons.button("通过", key=f"approve_{key}"):
            _approve(month)
        if buttons.button("退回", key=f"return_{key}"):
            _send_back(month)
        return
    if buttons.button("到账登记", key=f"arrive_{key}"):
        FIELDS.renew()
        _arrive(month)
    if month.balance >= month.amount and buttons.button(
        "未分摊入账", key=f"balance_{key}", help="用单位的未分摊余额缴清该月"
    ):
        _pay(month)


def _approve(month: Waiting) -> None:
    who = session.signed_in()
    with feedback.refusals():
        if who:
            signing.begin(
                who.actor,
                lambda signer: desk.approve(signer, month.assessment_id),
                lambda _: feedback.done(f"{month.employer_name}{month.month.label}核定已审批"),
            )


@st.dialog("退回核定")
def _send_back(month: Waiting) -> None:
    st.write(
        f"退回{feedback.plain(month.employer_name)}{month.month.label}的核定；之后的月度将一并退回。"
    )
    reason = st.text_input("退回原因（必填）", max_chars=200)
    confirming.answer(
        lambda actor: signing.begin(
            actor,
            lambda signer: desk.send_back(signer, month.assessment_id, reason=reason),
            lambda _: feedback.done("已退回单位"),
        )
    )


@st.dialog("到账登记", width="large")
def _arrive(month: Waiting) -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    st.write(
        f"{feedback.plain(month.employer_name)}　{month.month.label}应缴**{month.amount:,.2f}**元，"
        f"未分摊余额{month.balance:,.2f}元。不足一个月的金额不入账，转为未分摊。"
    )
    credit = arrival_form.draw(
        FIELDS,
        month.employer_number,
        lambda one: next(iter(arrivals.foresee(who.actor, [one])), None),
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消"):
            st.rerun()
        if st.button("确定", type="primary"):
            try:
                feedback.done(_said(arrivals.receive(who.actor, credit)))
            except WrongCredit as wrong:
                FIELDS.blame(wrong.faults)
                st.rerun(scope="fragment")


@st.dialog("未分摊入账")
def _pay(month: Waiting) -> None:
    st.write(
        f"用未分摊余额{month.balance:,.2f}元缴{feedback.plain(month.employer_name)}"
        f"{month.month.label}的{month.amount:,.2f}元？入账后该月不能删除。"
    )
    confirming.answer(
        lambda actor: feedback.done(_said(arrivals.pay_from_balance(actor, month.assessment_id)))
    )


def _said(outcome: Outcome) -> str:
    return f"{outcome.employer_name}：{outcome.text}"
