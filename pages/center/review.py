"""Review (中心审批): the officer's queue, and the case she has open."""

from functools import partial

import streamlit as st

from components import (
    brand,
    case_queue,
    case_sheet,
    case_timeline,
    decision_bar,
    documents,
    feedback,
    session,
    signing,
)
from data.enums import CaseStatus
from services import review, review_queue
from services.actor import Actor
from services.approval.sheet import Sheet
from services.review import CasePage
from services.review_queue import Wanted

TITLE = "业务审批"
ICON = ":material/fact_check:"
KEY = "review"
ACTS = {
    decision_bar.REJECT: review.reject,
    decision_bar.RETURN: review.send_back,
    decision_bar.APPROVE: review.approve,
}


def render(actor: Actor) -> None:
    case_id = st.session_state.get(f"{KEY}_case")
    if case_id is None:
        case_queue.draw(actor, key=KEY, title=TITLE, go=_go)
        return
    with feedback.refusals():
        _case(actor, case_id)
        return
    if st.button("返回列表", key="back_after_refusal"):
        _go(None)
        st.rerun()


def _case(actor: Actor, case_id: int) -> None:
    case = review.open_case(actor, case_id)
    brand.title(f"{case.kind}　{case.serial}", _sentence(case))
    _banner(case)
    brand.figures([(figure.label, figure.value, figure.mark) for figure in case.sheet.figures])
    left, right = st.columns((1.45, 1), gap="medium")
    with left:
        if case.checks:
            case_sheet.checks(case.checks)
        _lines(actor, case.sheet)
        brand.heading("流程图")
        case_timeline.show(case.course)
    with right:
        brand.heading(f"材料（{len(case.papers)}份）")
        _documents(actor, case)
        _employer(case)
        _earlier(case)
    with st.bottom:
        _decision(actor, case)


def _sentence(case: CasePage) -> str:
    parts = [case.status.label, f"生效年月 {case.effective_month.label}"]
    if case.submitted_at:
        parts.append(f"{case.submitted_by} {case_timeline.moment(case.submitted_at)}提交")
    if case.urgency:
        parts.append(f"应于{case.due_on}前办结（{case.urgency.value}）")
    return "　".join(parts)


def _banner(case: CasePage) -> None:
    if case.held_by:
        brand.banner(f"{case.held_by}正在审核此业务，您可以查看，暂不能办理。", "warn")
    elif case.not_hers:
        brand.banner(f"{case.not_hers}，您可以查看。", "warn")
    if case.status is CaseStatus.PENDING:
        case_sheet.banner(case.checks, case.objection)


@session.fragment
def _lines(_actor: Actor, sheet: Sheet) -> None:
    case_sheet.lines(sheet, key=KEY)


@session.fragment
def _documents(_actor: Actor, case: CasePage) -> None:
    documents.viewed(case.papers, key=KEY)


def _employer(case: CasePage) -> None:
    facts = case.employer
    brand.facts("单位情况", [
        ("单位名称", facts.name), ("单位账号", facts.number),
        ("统一社会信用代码", facts.uscc), ("单位性质", facts.kind),
        ("账户状态", facts.status), ("缴存比例", facts.rates),
        ("缴存人数", f"正常{facts.normal:,}人，封存{facts.sealed:,}人"),
        ("现月缴存额", f"{facts.monthly_amount:,.2f}元"),
        ("缴至年月", facts.paid_to), ("已核定至", facts.assessed_to),
    ])  # fmt: skip


def _earlier(case: CasePage) -> None:
    brand.heading("以往同类业务")
    if case.earlier:
        brand.table(("业务流水号", "结果", "办结日期"), case.earlier)
    else:
        brand.quiet("没有以往记录。")


@session.fragment
def _decision(actor: Actor, case: CasePage) -> None:
    pressed, opinion = decision_bar.draw(KEY, can_decide=case.can_decide)
    if pressed in (decision_bar.BACK, decision_bar.NEXT):
        review.leave(actor, case.case_id)
    if pressed == decision_bar.BACK:
        _go(None)
        st.rerun()
    if pressed == decision_bar.NEXT:
        _next(actor, case)
    if pressed == decision_bar.TRANSFER:
        _transfer(case)
    if pressed not in ACTS:
        return
    act = ACTS[pressed]
    reason = opinion if act is review.approve or opinion.strip() != decision_bar.AGREED else ""
    with feedback.refusals():
        signing.begin(
            actor,
            lambda who: act(who, case.case_id, version=case.version, opinion=reason),
            partial(_decided, case),
        )


def _decided(case: CasePage, _result: None) -> None:
    if who := session.signed_in():
        _next(who.actor, case, f"业务{case.serial}已办理")


@st.dialog("转办")
def _transfer(case: CasePage) -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    others = {user_id: name for user_id, name in review.colleagues(who.actor).items()
              if user_id != who.actor.user_id}  # fmt: skip
    if not others:
        st.write("本管理部没有其他同岗位人员，不能转办。")
        return
    st.write(f"转办后，业务{case.serial}由所选同事办理，其他人不再办理。")
    colleague = st.selectbox("转给", list(others), format_func=others.__getitem__)
    reason = st.text_input("转办原因（选填）", max_chars=200)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消"):
            st.rerun()
        if st.button("确定转办", type="primary"):
            with feedback.refusals():
                review.transfer(
                    who.actor, case.case_id, colleague, version=case.version, reason=reason
                )
                _next(who.actor, case, f"业务{case.serial}已转给{others[colleague]}办理")


def _next(actor: Actor, case: CasePage, said: str = "") -> None:
    """Open the case that comes next in the queue she came from, or go back to it."""
    wanted = st.session_state.get(f"{KEY}_wanted")
    wanted = wanted if isinstance(wanted, Wanted) else Wanted()
    following = review_queue.next_case(actor, wanted, after=case.case_id)
    if said or following is None:
        none_left = "" if following else "当前条件下没有其他待审核的业务"
        feedback.notice("，".join(filter(None, (said, none_left))))
    _go(following)
    st.rerun()


def _go(case_id: int | None) -> None:
    """Open a case, or the queue; what was written on the last case is not the next one's."""
    for name in ("case", "opinion", "template", "only", "paper"):
        st.session_state.pop(f"{KEY}_{name}", None)
    if case_id is not None:
        st.session_state[f"{KEY}_case"] = case_id
