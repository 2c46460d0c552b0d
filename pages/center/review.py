"""Review (中心审批): the officer's queue, several cases at once, and the case she has open."""

from functools import partial

import streamlit as st

from components import (
    brand,
    case_sheet,
    case_timeline,
    documents,
    feedback,
    queue_filter,
    session,
    signing,
)
from components.queue_table import table
from components.queue_table.table import Entry
from data.enums import CaseStatus
from services import review, review_batch, review_queue
from services.actor import Actor
from services.approval.sheet import Sheet
from services.review import CasePage
from services.review_batch import Summary
from services.review_queue import COUNT_TO, Row, Shown, Wanted
from services.rules.workdays import Urgency

TITLE = "业务审批"
ICON = ":material/fact_check:"
AGREED = "同意"
OPINIONS = [AGREED, "材料不全，请补充", "数据有误，请核对", "材料不清晰，请重传"]
KEY = "review"
A_PAGE = 20
HEADS = (
    "办理期限", "业务流水号", "业务名称", "单位账号", "单位名称", "经办人", "提交时间", "状态", "办理情况",
)  # fmt: skip
MARKS = {Urgency.ON_TIME: "time", Urgency.NEAR: "near", Urgency.OVERDUE: "overdue"}


def render(actor: Actor) -> None:
    case_id = st.session_state.get(f"{KEY}_case")
    if case_id is None:
        _queue(actor)
        return
    with feedback.refusals():
        _case(actor, case_id)
        return
    if st.button("返回列表", key="back_after_refusal"):
        _go(None)
        st.rerun()


# ---- the queue


def _queue(actor: Actor) -> None:
    branch = actor.branch.label if actor.branch else "全州"
    count, overdue = review_queue.waiting(actor)
    late = f"，其中{_many(overdue)}件已超时" if overdue else ""
    brand.title(TITLE, f"{branch}受理的单位业务，待您审核{_many(count)}件{late}，按办理期限排列。")
    _batch_summary()
    labels = {shown: shown.value for shown in Shown} | {
        Shown.WAITING: f"{Shown.WAITING.value}（{_many(count)}）"
    }
    wanted = queue_filter.chosen(KEY, labels, sees_all_branches=actor.branch is None)
    st.session_state[f"{KEY}_wanted"] = wanted
    number = int(st.session_state.get(f"{KEY}_page", 1))
    page = review_queue.queue(actor, wanted, first=(number - 1) * A_PAGE, most=A_PAGE)
    if not page.rows and number > 1:  # the last page has emptied
        st.session_state[f"{KEY}_page"] = 1
        st.rerun()
    if not page.rows:
        _empty(wanted)
        return
    is_mine = wanted.shown is Shown.WAITING
    opened, batch = table.show(
        HEADS, [_entry(row, is_mine=is_mine) for row in page.rows], ticks=is_mine,
        key=f"{KEY}_table_{wanted.shown.name}",
    )  # fmt: skip
    _foot(actor, wanted, page.total)
    if opened:
        _go(opened)
        st.rerun()
    if batch:
        _batch({row.case_id: row.version for row in page.rows if row.case_id in batch})


def _many(count: int) -> str:
    return f"{count}以上" if count >= COUNT_TO else str(count)


def _empty(wanted: Wanted) -> None:
    if wanted == Wanted(wanted.shown):
        brand.quiet(f"暂无{wanted.shown.value}的业务。单位提交后会显示在这里。")
    else:
        brand.quiet("没有符合条件的业务，请放宽单位、业务或提交日期后再试。")


def _entry(row: Row, *, is_mine: bool) -> Entry:
    due = f"{row.urgency.value} {row.due_on:%m-%d}" if row.urgency and row.due_on else "—"
    state = f"待{row.waits_for}审核" if row.waits_for else row.status.label
    doing = f"{row.opened_by}正在审核" if row.opened_by else ""
    if row.handed_to:
        doing = doing or f"已转给{row.handed_to}"
    return Entry(
        id=row.case_id, serial=row.serial, kind=row.kind.value,
        cells=(
            due, row.serial, row.kind.label, row.employer_number, row.employer_name,
            row.submitted_by, case_timeline.moment(row.submitted_at), state, doing or "—",
        ),
        mark=MARKS[row.urgency] if row.urgency else "",
        label="办理" if is_mine else "查看",
        free=row.opened_by is None,
    )  # fmt: skip


def _foot(actor: Actor, wanted: Wanted, total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if total > A_PAGE:
            st.pagination(-(-total // A_PAGE), key=f"{KEY}_page")
        st.caption(f"共{_many(total)}件　表格内：↑↓选择，回车打开，空格勾选")
        if wanted.shown is Shown.WAITING and st.button("办理第一件", shortcut="Alt+4"):
            _go(review_queue.next_case(actor, wanted))
            st.rerun()


# ---- several at once


@st.dialog("批量通过")
def _batch(chosen: dict[int, int]) -> None:
    st.write(
        f"将逐件复核并通过所选{len(chosen)}件业务。自动检查有提示的不在此通过，请单独打开办理；"
        "未通过复核的保持待审核。"
    )
    opinion = st.text_input("审批意见", AGREED, max_chars=500, key=f"{KEY}_batch_opinion")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消"):
            st.rerun()
        if st.button("确定", type="primary"):
            who = session.signed_in()
            with feedback.refusals(), st.spinner("正在逐件复核…"):
                if who:
                    signing.begin(
                        who.actor,
                        lambda officer: review_batch.approve(officer, chosen, opinion=opinion),
                        _remember,
                    )


def _remember(done: Summary) -> None:
    st.session_state[f"{KEY}_summary"] = done
    st.rerun()


def _batch_summary() -> None:
    """Say what became of the last batch, until it is read."""
    done = st.session_state.get(f"{KEY}_summary")
    if not isinstance(done, Summary):
        return
    left = len(done.failed) + len(done.left_out)
    brand.banner(
        f"批量审批完成：通过{len(done.approved)}件，未通过复核{len(done.failed)}件，"
        f"需单独核对{len(done.left_out)}件。",
        "warn" if left else "good",
    )
    if left:
        brand.table(
            ("业务流水号", "单位名称", "结果", "原因"),
            [(one.serial, one.employer, "未通过复核", one.reason) for one in done.failed]
            + [(one.serial, one.employer, "需单独核对", one.reason) for one in done.left_out],
        )
    if st.button("知道了", key=f"{KEY}_read"):
        del st.session_state[f"{KEY}_summary"]
        st.rerun()


# ---- one case


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
        ("缴存人数", f"正常{facts.normal}人，封存{facts.sealed}人"),
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
    st.session_state.setdefault(f"{KEY}_opinion", AGREED)
    if case.can_decide:
        st.pills(
            "常用意见", OPINIONS, key=f"{KEY}_template", on_change=_use_template,
            label_visibility="collapsed",
        )  # fmt: skip
    written, buttons = st.columns((1, 1.8), vertical_alignment="bottom", gap="small")
    opinion = ""
    if case.can_decide:
        opinion = written.text_input(
            "审批意见", key=f"{KEY}_opinion", max_chars=500, label_visibility="collapsed",
            placeholder="审批意见；退回或不通过时请填写原因",
        )  # fmt: skip
    act = None
    with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if st.button("返回列表", shortcut="Alt+0"):
            review.leave(actor, case.case_id)
            _go(None)
            st.rerun()
        if st.button("下一件", shortcut="Alt+4", help="不办理，打开下一件"):
            review.leave(actor, case.case_id)
            _next(actor, case)
        if case.can_decide:
            if st.button("转办", shortcut="Alt+5", help="转给同岗位的同事办理"):
                _transfer(case)
            if st.button("不通过", shortcut="Alt+3", help="原因必填"):
                act = review.reject
            if st.button("退回", shortcut="Alt+2", help="退回单位修改，原因必填"):
                act = review.send_back
            if st.button("通过", type="primary", shortcut="Alt+1"):
                act = review.approve
    if act is None:
        return
    reason = opinion if act is review.approve or opinion.strip() != AGREED else ""
    with feedback.refusals():
        signing.begin(
            actor,
            lambda who: act(who, case.case_id, version=case.version, opinion=reason),
            partial(_decided, case),
        )


def _decided(case: CasePage, _result: None) -> None:
    if who := session.signed_in():
        _next(who.actor, case, f"业务{case.serial}已办理")


def _use_template() -> None:
    if chosen := st.session_state.get(f"{KEY}_template"):
        st.session_state[f"{KEY}_opinion"] = chosen


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
