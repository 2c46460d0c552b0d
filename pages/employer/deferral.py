"""Deferral and its release (缓缴/解除缓缴, manual B10): the form that the account's status allows."""

import secrets
from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from components import brand, documents, feedback, pending_case, roster, signing
from components.roster import Heading
from data.enums import CaseStatus
from services.actor import Actor
from services.deferral import approval, back_payment
from services.deferral.approval import Situation
from services.deferral.form import REASON_LENGTH, Act
from services.deferral.kind import MONEY, table
from services.months_due import MonthDue
from services.rules.months import Month

TITLE = "缓缴/解除缓缴"
ICON = ":material/event_busy:"
KEY = "deferral"
MONTH = {Act.DEFER: "缓缴结束年月", Act.RELEASE: "解除缓缴年月"}


def render(actor: Actor) -> None:
    now = approval.situation(actor)
    period = f"，缓缴期{now.period}" if now.period else ""
    brand.title(
        TITLE,
        f"单位账户状态：{now.account}{period}。本次可办理：{now.act.label}。经中心两级审批后生效。",
        guide="/handbook",
    )
    _banner(now)
    if now.status is CaseStatus.PENDING:
        _waiting(actor, now)
    else:
        _form(actor, now)
    _owed(actor)


def _banner(now: Situation) -> None:
    if now.objection:
        brand.banner(now.objection, "warn" if now.status is CaseStatus.PENDING else "stop")
    else:
        pending_case.banner(now.serial, now.status)


def _waiting(actor: Actor, now: Situation) -> None:
    pending_case.show(actor, now.case_id)
    brand.facts(f"{now.act.label}申请", [
        ("缓缴起始年月", now.first.label),
        (MONTH[now.act], now.month.label if now.month else "—"),
        (f"{now.act.label}原因", now.reason),
    ])  # fmt: skip
    if now.month:
        _effect(now.act, approval.preview(actor, now.month))
    documents.listed(now.papers)


def _form(actor: Actor, now: Situation) -> None:
    what = now.act.label
    st.markdown(f"**{what}申请**")
    with st.container(width=brand.FORM_WIDTH):
        start, end = st.columns(2)
        start.text_input("缓缴起始年月", now.first.label, disabled=True)
        month = end.selectbox(
            f"{MONTH[now.act]}（必填）",
            now.choices,
            index=now.choices.index(now.month) if now.month in now.choices else None,
            format_func=lambda month: month.label,
            placeholder="请选择",
            key=f"{KEY}_{now.act.value}_month",
        )
        reason = st.text_area(
            f"{what}原因（必填，最多{REASON_LENGTH}字）",
            now.reason,
            max_chars=REASON_LENGTH,
            height=90,
            key=f"{KEY}_{now.act.value}_reason",
        )
    if month is None:
        with st.container(width=brand.FORM_WIDTH):
            brand.quiet(f"请选择{MONTH[now.act]}，系统会先列出涉及的月份和金额，再由您提交。")
    else:
        _effect(now.act, approval.preview(actor, month))
    with st.container(width=brand.FORM_WIDTH):
        documents.upload(
            now.materials,
            now.papers,
            key=f"{KEY}_{now.act.value}",
            attach=lambda material, name, content: approval.attach(
                actor, material, name, content, month=month, reason=reason
            ),
            detach=lambda document_id: approval.detach(actor, document_id),
        )
    _submit(actor, now, month, reason)


def _submit(actor: Actor, now: Situation, month: Month | None, reason: str) -> None:
    click = st.session_state.setdefault(f"{KEY}_click", secrets.token_hex(16))
    blocked = now.objection
    refusal_above = st.container(width=brand.FORM_WIDTH)  # seen without scrolling past the button
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        pressed = st.button(
            "提交审批", type="primary", disabled=blocked is not None, help=blocked
        )  # fmt: skip
    if not pressed:
        return
    with refusal_above, feedback.refusals():
        if month is None:
            raise approval.NoMonth(what=MONTH[now.act])
        signing.begin(
            actor,
            lambda who: approval.submit(
                who, month=month, reason=reason, version=now.version, client_id=click
            ),
            _submitted,
        )


def _submitted(_result: None) -> None:
    st.session_state.pop(f"{KEY}_click", None)
    feedback.done("已提交至中心审核")


def _effect(act: Act, months: Sequence[MonthDue]) -> None:
    total = sum((month.total for month in months), Decimal("0.00"))
    brand.figures([
        ("缓缴月数", f"{len(months)}", ""),
        ("职工人数", f"{months[-1].heads if months else 0}", ""),
        ("缓缴金额" if act is Act.DEFER else "解除后应补缴", f"{total:,.2f}", "warn"),
    ])  # fmt: skip
    _table(months, "effect")


def _owed(actor: Actor) -> None:
    months = back_payment.back_payment(actor)
    if not months:
        return
    total = sum((month.total for month in months), Decimal("0.00"))
    st.markdown(f"**待补缴月份（{len(months)}个月，共{total:,.2f}元）**")
    brand.quiet("缓缴期间未缴的月份，请在【汇缴】中按“缓缴补缴”办理，先补最早的月份。")
    _table(months, "owed")


def _table(months: Sequence[MonthDue], name: str) -> None:
    frame = table(months)
    headings = {
        column: Heading(column, is_money=column in MONEY, is_count=column == "人数")
        for column in frame.columns
    }
    roster.show(frame, headings, key=f"{KEY}_{name}", on_edit=None)
