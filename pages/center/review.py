"""Review (中心审批): the officer's queue, and the case she has open."""

from functools import partial

import streamlit as st

from components import brand, case_timeline, documents, entries, feedback, roster, signing
from components.roster import Heading
from data.enums import CaseStatus
from services import review
from services.actor import Actor
from services.approval.sheet import Sheet
from services.review import CasePage, Waiting

TITLE = "业务审批"
ICON = ":material/fact_check:"
AGREED = "同意"
OPINIONS = [AGREED, "材料不全，请补充", "数据有误，请核对", "材料不清晰，请重传"]
KEY = "review"
NOTE = "核对提示"
WIDTH = 96
SHARES = (1.6, 1.2, 1.5, 2.6, 1.0, 1.5, 1.0, 1.4)


def render(actor: Actor) -> None:
    case_id = st.session_state.get(f"{KEY}_case")
    if case_id is None:
        _queue(actor)
    else:
        with feedback.refusals():
            _case(actor, case_id)
            return
        if st.button("返回列表", key="back_after_refusal"):
            _leave()


def _queue(actor: Actor) -> None:
    branch = actor.branch.label if actor.branch else ""
    brand.title(TITLE, f"{branch}受理的单位业务，先提交的在前。")
    waiting, decided = review.queue(actor), review.queue(actor, waiting=False)
    tabs = st.tabs([f"待审核（{len(waiting)}）", f"已审核（{len(decided)}）"])
    with tabs[0]:
        _list(waiting, "暂无待审核的业务。单位提交后会显示在这里。", "办理")
    with tabs[1]:
        _list(decided, "暂无已审核的业务。", "查看")


def _list(cases: list[Waiting], empty: str, label: str) -> None:
    if not cases:
        brand.quiet(empty)
        return
    heads = (
        "业务流水号",
        "业务名称",
        "单位账号",
        "单位名称",
        "经办人",
        "提交时间",
        "状态",
        "占用",
        "操作",
    )
    with st.container(key=f"list_{label}", gap=None):
        entries.head(heads, SHARES)
        for case in cases:
            cells = (
                case.serial, case.kind, case.employer_number, case.employer_name,
                case.submitted_by, case_timeline.moment(case.submitted_at), case.status.label,
                f"{case.opened_by}正在审核" if case.opened_by else "—",
            )  # fmt: skip
            if entries.row(cells, SHARES).button(label, key=f"open_{case.case_id}"):
                st.session_state[f"{KEY}_case"] = case.case_id
                st.rerun()


def _case(actor: Actor, case_id: int) -> None:
    case = review.open_case(actor, case_id)
    brand.title(
        f"{case.kind}　{case.serial}", f"{case.status.label}　生效年月 {case.effective_month.label}"
    )
    if case.held_by:
        brand.banner(f"{case.held_by}正在审核此业务，您可以查看，暂不能办理。", "warn")
    if case.objection:
        brand.banner(f"自动检查未通过：{case.objection}", "stop")
    elif case.status is CaseStatus.PENDING:
        brand.banner("自动检查通过：按当前数据和政策，可以审批。", "good")
    brand.figures([(figure.label, figure.value, figure.mark) for figure in case.sheet.figures])
    left, right = st.columns((1.8, 1), gap="medium")
    with left:
        _lines(case.sheet)
        st.markdown("**流程图**")
        case_timeline.show(case.course)
    with right:
        _employer(case)
        st.markdown(f"**材料（{len(case.papers)}份）**")
        documents.viewed(case.papers, key=KEY)
        _earlier(case)
    with st.bottom:
        _decision(actor, case)


def _lines(sheet: Sheet) -> None:
    """Draw the lines before and after, the rows worth a second look on request alone."""
    frame = sheet.lines
    if frame is None or frame.empty:
        return
    if NOTE in frame and st.checkbox("只看需核对的行", key=f"{KEY}_only"):
        frame = frame[frame[NOTE] != ""]
    if frame.empty:
        brand.quiet("没有需要核对的行。")
        return
    headings = {
        name: Heading(name, is_money=name in sheet.money, width=WIDTH if name != NOTE else None)
        for name in frame.columns
    }
    roster.show(frame, headings, key=KEY, on_edit=None)


def _employer(case: CasePage) -> None:
    facts = case.employer
    brand.facts("单位情况", [
        ("单位名称", facts.name), ("单位账号", facts.number),
        ("统一社会信用代码", facts.uscc), ("单位性质", facts.kind),
        ("账户状态", facts.status), ("缴存比例", facts.rates),
        ("缴存人数", f"正常{facts.normal}人，封存{facts.sealed}人"),
        ("现月缴存额", f"{facts.monthly_amount:,.2f}元"),
        ("缴至年月", facts.paid_to), ("已核定至", facts.assessed_to),
    ])  # fmt: skip


def _earlier(case: CasePage) -> None:
    st.markdown("**以往同类业务**")
    if not case.earlier:
        brand.quiet("没有以往记录。")
    for serial, status, day in case.earlier:
        st.caption(f"{serial}　{status}　{day}")


def _decision(actor: Actor, case: CasePage) -> None:
    if not case.can_decide:
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("返回列表"):
                _leave()
        return
    st.session_state.setdefault(f"{KEY}_opinion", AGREED)
    written, buttons = st.columns((1.15, 1), vertical_alignment="bottom", gap="medium")
    with written:
        st.pills(
            "常用意见",
            OPINIONS,
            key=f"{KEY}_template",
            on_change=_use_template,
            label_visibility="collapsed",
        )
        opinion = st.text_input(
            "审批意见", key=f"{KEY}_opinion", max_chars=500, label_visibility="collapsed",
            placeholder="审批意见；退回或不通过时请填写原因",
        )  # fmt: skip
    with buttons.container(horizontal=True, horizontal_alignment="right"):
        if st.button("返回列表"):
            _leave()
        refused = st.button("不通过", help="原因必填；快捷键 Alt+3", shortcut="Alt+3")
        returned = st.button("退回", help="退回单位修改，原因必填；快捷键 Alt+2", shortcut="Alt+2")
        approved = st.button("通过", type="primary", help="快捷键 Alt+1", shortcut="Alt+1")
    if not (approved or returned or refused):
        return
    act = review.approve if approved else review.send_back if returned else review.reject
    reason = opinion if approved or opinion.strip() != AGREED else ""
    with feedback.refusals():
        signing.begin(
            actor,
            lambda who: act(who, case.case_id, version=case.version, opinion=reason),
            partial(_decided, case.serial),
        )


def _decided(serial: str, _result: None) -> None:
    feedback.notice(f"业务{serial}已办理")
    _leave()


def _use_template() -> None:
    if chosen := st.session_state.get(f"{KEY}_template"):
        st.session_state[f"{KEY}_opinion"] = chosen


def _leave() -> None:
    for name in ("case", "opinion", "template"):
        st.session_state.pop(f"{KEY}_{name}", None)
    st.rerun()
