"""Rate adjustment (缴存比例调整, manual B5): the new rates, their effect, the document, submission."""

import secrets

import pandas as pd
import streamlit as st

from components import (
    brand,
    documents,
    feedback,
    pending_case,
    roster,
    session,
    signing,
)
from components.roster import Heading
from data.enums import CaseStatus
from services.actor import Actor
from services.errors import BusinessError
from services.rate_adjustment import approval
from services.rate_adjustment.approval import Situation
from services.rate_adjustment.effect import MONEY, Effect
from services.rate_adjustment.kind import NothingChosen
from services.rules.amounts import signed
from services.rules.months import Month
from services.rules.rates import pair

TITLE = "缴存比例调整"
ICON = ":material/percent:"
KEY = "rate_adjustment"
STEPS = ["选择比例", "核对影响", "上传材料", "提交审批"]


def render(actor: Actor) -> None:
    now = approval.situation(actor)
    brand.title(
        TITLE,
        f"现缴存比例（单位+个人）{now.present}。经中心审批后，全部正常状态职工的月缴存额按新比例计算。",
        guide="/handbook",
    )
    _banner(now)
    brand.steps(STEPS, _step(now))
    if now.status is CaseStatus.PENDING:
        _waiting(actor, now)
    else:
        _form(actor, now)


def _step(now: Situation) -> int:
    if now.status is CaseStatus.PENDING:
        return len(STEPS)
    if now.rate is None:
        return 0
    return 3 if documents.are_complete(now.materials, now.papers) else 1


def _banner(now: Situation) -> None:
    if now.objection:
        brand.banner(now.objection, "warn" if now.status is CaseStatus.PENDING else "stop")
    else:
        pending_case.banner(now.serial, now.status)


def _waiting(actor: Actor, now: Situation) -> None:
    pending_case.show(actor, now.case_id)
    if now.rate and now.month:
        st.markdown(f"**调整后缴存比例 {pair(now.rate, now.rate)}　{now.month.label}起生效**")
    whole, frame = approval.submitted(actor)
    _effect(whole, frame)
    documents.listed(now.papers)


def _form(actor: Actor, now: Situation) -> None:
    with st.container(width=brand.FORM_WIDTH):
        rate, month = _choice(now)
        if now.objection:
            return
        if rate is None:
            brand.quiet("请选择调整后缴存比例，系统会先列出每位职工月缴存额的变化，再由您提交。")
    refusal = None
    if rate is not None:
        whole, frame, refusal = approval.preview(actor, rate, month)
        if refusal:
            brand.banner(refusal, "stop")
        _effect(whole, frame)
    with st.container(width=brand.FORM_WIDTH):
        documents.upload(
            now.materials,
            now.papers,
            key=KEY,
            attach=lambda material, name, content: approval.attach(actor, material, name, content),
            detach=lambda document_id: approval.detach(actor, document_id),
        )
        _submit(actor, now, rate, month, refusal)


def _choice(now: Situation) -> tuple[int | None, Month]:
    """Draw the rates now, the rates to choose from, and the month; what is chosen is kept at once."""
    is_shut = now.objection is not None
    present, after, start = st.columns(3)
    present.text_input("现缴存比例（单位+个人）", now.present, disabled=True)
    rate = after.selectbox(
        "调整后缴存比例（单位+个人，必填）",
        now.choices,
        index=now.choices.index(now.rate) if now.rate in now.choices else None,
        format_func=lambda rate: pair(rate, rate),
        placeholder="请选择",
        key=f"{KEY}_rate",
        disabled=is_shut,
        on_change=_choose,
    )
    month = start.selectbox(
        "生效年月（必填）",
        now.months,
        index=now.months.index(now.month) if now.month in now.months else 0,
        format_func=lambda month: month.label,
        key=f"{KEY}_month",
        disabled=is_shut,
        on_change=_choose,
    )
    return rate, month


@session.acting
def _choose(actor: Actor) -> None:
    try:
        approval.choose(actor, st.session_state[f"{KEY}_rate"], st.session_state[f"{KEY}_month"])
    except BusinessError as refusal:
        feedback.notice(str(refusal))


def _submit(
    actor: Actor, now: Situation, rate: int | None, month: Month, refusal: str | None
) -> None:
    click = st.session_state.setdefault(f"{KEY}_click", secrets.token_hex(16))
    refusal_above = st.container()  # seen without scrolling past the button
    with st.container(horizontal=True, horizontal_alignment="right"):
        pressed = st.button("提交审批", type="primary", disabled=refusal is not None, help=refusal)
    if not pressed:
        return
    with refusal_above, feedback.refusals():
        if rate is None:
            raise NothingChosen
        signing.begin(
            actor,
            lambda who: approval.submit(
                who, employer_rate=rate, contributor_rate=rate, month=month, version=now.version,
                client_id=click,
            ),
            _submitted,
        )  # fmt: skip


def _submitted(_result: None) -> None:
    st.session_state.pop(f"{KEY}_click", None)
    feedback.done("已提交至中心审核")


def _effect(whole: Effect, frame: pd.DataFrame) -> None:
    rise = whole.difference
    brand.figures([
        ("职工人数", f"{whole.people:,}", ""),
        ("调整前月缴存额", f"{whole.before:,.2f}", ""),
        ("调整后月缴存额", f"{whole.after:,.2f}", ""),
        ("差额", signed(rise), "up" if rise > 0 else "down" if rise < 0 else ""),
    ])  # fmt: skip
    headings = {name: Heading(name, is_money=name in MONEY) for name in frame.columns}
    roster.show(frame, headings, key=KEY, on_edit=None)
