"""Corrections of money (资金更正) on the page: what waits for a second officer, and how one is proposed."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

import streamlit as st

from components import brand, case_timeline, entries, feedback, session, signing
from components.form_fields import Fields
from data.enums import CorrectionKind
from data.policy_codes import ProposalStatus
from services.actor import Actor
from services.remittance import correction_deciding, correction_statement, corrections
from services.remittance.balances import Balance, Line
from services.remittance.correction_list import Correction
from services.remittance.corrections import Refund

KEY = "correction"
FIELDS = Fields(KEY)
SHARES = (0.9, 2.4, 1.1, 2.3, 1.5, 0.8)
HEADS = ("类型", "单位", "金额", "银行流水号/收款方", "提出", "状态", "操作")
NUMBERS = (2,)


def listed(found: Sequence[Correction]) -> None:
    """List the branch's corrections: those that wait with their effect and buttons, then the decided."""
    if not found:
        brand.quiet("没有资金更正。到账登记有误或需退还未分摊款项时，从单位台账提出。")
        return
    st.caption("冲正和退款须由一人提出、本管理部另一名审批员复核后才生效。")
    with st.container(key="list_corrections", gap=None):
        entries.head(HEADS, SHARES, numbers=NUMBERS)
        for row in found:
            _row(row)


def _row(row: Correction) -> None:
    cells = (
        row.kind.label, row.employer_name, f"{row.amount:,.2f}", row.subject,
        f"{row.proposer} {case_timeline.moment(row.proposed_at)}", row.status.label,
    )  # fmt: skip
    place = entries.row(cells, SHARES, numbers=NUMBERS)
    if row.status is ProposalStatus.PENDING:
        if place.button("撤回" if row.is_own else "复核", key=f"{KEY}_{row.id}"):
            _decide(row)
    elif place.button("查看", key=f"{KEY}_{row.id}"):
        _look(row)


def _facts(row: Correction) -> None:
    brand.facts(row.kind.label, [
        ("单位", f"{row.employer_name}　{row.employer_number}"),
        ("金额", f"{row.amount:,.2f}元"),
        ("收款方" if row.kind is CorrectionKind.REFUND else "银行流水号", row.subject),
        ("原因", row.reason),
        ("提出", f"{row.proposer}　{case_timeline.moment(row.proposed_at)}"),
        *([("复核", f"{row.decider}　{row.status.label}")] if row.decider else []),
        *([("退回原因", row.opinion)] if row.opinion else []),
    ])  # fmt: skip


@st.dialog("资金更正")
def _look(row: Correction) -> None:
    _facts(row)
    brand.proofs(row.evidence)


@st.dialog("资金更正复核", width="large")
def _decide(row: Correction) -> None:
    _facts(row)
    brand.banner(f"复核通过后：{row.effect}。", "warn")
    if row.is_own:
        _buttons(row, ("撤回更正", corrections.withdraw, "更正已撤回"))
        return
    reason = st.text_input("退回原因（退回时必填）", max_chars=200, key=f"{KEY}_reason_{row.id}")
    _buttons(
        row,
        ("退回", partial(correction_deciding.reject, reason=reason), "更正已退回"),
        ("复核通过", correction_deciding.confirm, f"{row.kind.label}已生效"),
    )


def _buttons(row: Correction, *acts: tuple[str, Callable[[Actor, int], None], str]) -> None:
    """Draw the buttons of what may be done with a correction, the last one primary."""
    refusal_above = st.container()
    with st.container(horizontal=True, horizontal_alignment="right"):
        for place, (label, act, said) in enumerate(acts, start=1):
            is_last = place == len(acts)
            pressed = st.button(
                label, key=f"{KEY}_do_{row.id}_{place}", type="primary" if is_last else "secondary"
            )
            if pressed:
                with refusal_above, feedback.refusals():
                    _do(row, act, said)


def _do(row: Correction, act: Callable[[Actor, int], None], said: str) -> None:
    who = session.signed_in()
    if who:
        signing.begin(who.actor, lambda signer: act(signer, row.id), lambda _: feedback.done(said))


# ---- proposing one, beneath an employer's ledger


def propose(actor: Actor, employer: Balance, lines: Sequence[Line]) -> None:
    """Draw what may be proposed of this employer's money: a reversal, and a refund of what is left."""
    credits = {line.arrival_id: line for line in lines if line.arrival_id}
    kinds = ["到账冲正"] if credits else []
    kinds += ["未分摊退款"] if employer.balance else []
    kind = st.segmented_control(
        "提出更正", kinds, key=f"{KEY}_kind", help="须由本管理部另一名审批员复核后生效"
    )
    if kind == "到账冲正":
        _propose_reversal(actor, credits)
    elif kind == "未分摊退款":
        _propose_refund(actor, employer)


def _propose_reversal(actor: Actor, credits: dict[int, Line]) -> None:
    arrival_id = st.selectbox(
        "冲正哪笔到账", list(credits), key=f"{KEY}_arrival",
        format_func=lambda one: _named(credits[one]),
    )  # fmt: skip
    reason = FIELDS.text("reason", "冲正原因", is_required=True, most=200)
    with feedback.refusals():
        plan = corrections.foresee(actor, arrival_id)
        brand.banner(f"复核通过后：{correction_statement.said(plan)}。", "warn")
        if _pressed("提出冲正"):
            signing.begin(
                actor,
                lambda signer: corrections.propose_reversal(signer, arrival_id, reason=reason),
                lambda _: feedback.done("冲正已提出，请本管理部另一名审批员复核"),
            )


def _named(line: Line) -> str:
    return f"{line.posted_on}　{line.subject}　{line.money_in or 0:,.2f}元"


def _propose_refund(actor: Actor, employer: Balance) -> None:
    first, second = st.columns(2, gap="medium"), st.columns(2, gap="medium")
    with first[0]:
        amount = FIELDS.money(
            "amount", "退款金额（元）", is_required=True, default=f"{employer.balance}"
        )
    with first[1]:
        payee = FIELDS.text("payee", "收款户名", is_required=True, most=100)
    with second[0]:
        bank = FIELDS.text("payee_bank", "收款银行", is_required=True, most=100)
    with second[1]:
        account = FIELDS.text("payee_account", "收款账号", is_required=True, most=40)
    reason = FIELDS.text("reason", "退款原因", is_required=True, most=200)
    asked = Refund(employer.employer_id, amount or Decimal(0), payee, bank, account, reason)
    if _pressed("提出退款"):
        with feedback.refusals():
            signing.begin(
                actor,
                lambda signer: corrections.propose_refund(signer, asked),
                lambda _: feedback.done("退款已提出，请本管理部另一名审批员复核"),
            )


def _pressed(label: str) -> bool:
    with st.container(horizontal=True, horizontal_alignment="right"):
        return st.button(label, type="primary", key=f"{KEY}_propose")
