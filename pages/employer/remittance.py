"""Remittance (汇缴, manual B3): the month due next is assessed; months assessed are edited."""

import secrets

import streamlit as st

from components import brand, feedback, making, remittance_view, session, signing
from data.enums import AssessmentStatus, BusinessKind
from services import outputs, slips
from services.actor import Actor
from services.approval.conflicts import Blocker
from services.remittance import assess, deferred, edit
from services.remittance.assess import Situation
from services.remittance.edit import AssessedMonth
from services.remittance.matrix import Matrix
from services.rules.months import Month

TITLE = "汇缴"
ICON = ":material/payments:"
KEY = "remittance"
ASSESS, EDIT = "汇缴核定", "汇缴核定编辑"
#: Businesses whose page has another name than the business.
_PAGES = {
    BusinessKind.SEALING: "缴存人状态变更",
    BusinessKind.UNSEALING: "缴存人状态变更",
}
_ENDED = (AssessmentStatus.DELETED, AssessmentStatus.RETURNED)


def render(actor: Actor) -> None:
    brand.title(
        TITLE,
        "按月核定本单位的汇缴人数和金额；已核定的月度可以打印、查看明细或删除。",
        guide="/handbook",
    )
    first, second = st.tabs([ASSESS, EDIT], key=f"{KEY}_tabs", on_change="rerun")
    if first.open:
        with first:
            _assess(actor)
    if second.open:
        with second:
            _edit(actor)


# 汇缴核定


def _assess(actor: Actor) -> None:
    count = _months_chosen(assess.situation(actor))
    now = assess.situation(actor, count) if count > 1 else assess.situation(actor)
    _blockers(now)
    remittance_view.figures(now.months)
    remittance_view.matrix(now.months)
    if now.unallocated:
        st.caption(
            f"本单位未分摊余额{now.unallocated:,.2f}元，可用于缴纳已审批的月度，由所属管理部办理入账。"
        )
    brand.quiet("上月汇缴 ＋ 本月增加 － 本月减少 ± 基数/比例差额 ＝ 本月汇缴；金额单位：元。")
    with st.container(horizontal=True, horizontal_alignment="right"):
        blocked = now.objection
        if st.button("汇缴核定", type="primary", disabled=blocked is not None, help=blocked):
            _confirm([found.month for found in now.months], is_deferred=False)
    _deferred(actor)


def _months_chosen(now: Situation) -> int:
    """Ask up to which month, where more than one may be assessed; return how many that are."""
    if len(now.open_months) <= 1:
        return 1
    start, end, _ = st.columns((1, 1, 2), vertical_alignment="bottom")
    start.text_input("应核定年月", now.next_month.label, disabled=True)
    months = now.open_months
    last = end.selectbox(
        "核定至", months, format_func=_month_label, key=f"{KEY}_to_{now.next_month.number}"
    )
    return months.index(last) + 1 if last in months else 1


def _month_label(month: Month) -> str:
    return month.label


def _blockers(now: Situation) -> None:
    if not now.objection:
        return
    brand.banner(f"{now.next_month.label}：{now.objection}", "stop" if now.blockers else "warn")
    with st.container(horizontal=True):
        for blocker in now.blockers:
            _way_to(blocker)


def _way_to(blocker: Blocker) -> None:
    """Lead to the page where a business in the way is ended; the banner has named it."""
    label = f"去办理{blocker.kind.label}"
    if st.button(label, key=f"{KEY}_blocker_{blocker.case_id}", icon=":material/arrow_forward:"):
        st.session_state["go_to"] = _PAGES.get(blocker.kind, blocker.kind.label)
        st.rerun()


@st.dialog("汇缴核定")
def _confirm(months: list[Month], *, is_deferred: bool) -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    st.write("请确认本月是否有人员变动情况 ！")
    span = "、".join(month.label for month in months)
    st.caption(f"将核定：{span}")
    click = st.session_state.setdefault(f"{KEY}_click", secrets.token_hex(16))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消"):
            st.rerun()
        if st.button("确定", type="primary"):
            with feedback.refusals(), st.spinner("正在核定，请稍候…", show_time=True):
                act = deferred.assess_deferred if is_deferred else assess.assess
                signing.begin(
                    who.actor, lambda signer: act(signer, months, client_id=click), _assessed
                )


def _assessed(_result: None) -> None:
    st.session_state.pop(f"{KEY}_click", None)
    feedback.done("核定成功")


def _deferred(actor: Actor) -> None:
    """Offer the months of an ended deferral, where any are owed."""
    owed = deferred.deferred_months(actor)
    if not owed:
        return
    st.markdown("#### 缓缴补缴")
    brand.banner(f"缓缴期内尚有{len(owed)}个月未补缴，可一次补缴一个月或多个月，从最早的月份起。")
    counts = list(range(1, len(owed) + 1))
    count = st.selectbox(
        "补缴至", counts, index=len(counts) - 1, key=f"{KEY}_owed_{owed[0].month.number}",
        format_func=lambda number: owed[number - 1].month.label, width=260,
    )  # fmt: skip
    chosen: list[Matrix] = owed[:count]
    remittance_view.figures(chosen)
    remittance_view.matrix(chosen)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("核定补缴"):
            _confirm([found.month for found in chosen], is_deferred=True)


# 汇缴核定编辑


def _edit(actor: Actor) -> None:
    months = edit.assessed_months(actor)
    if not months:
        brand.quiet("尚无已核定的月度。请先在【汇缴核定】中核定应汇缴的月份。")
        return
    standing = {month.id: month for month in months if month.status not in _ENDED}
    ended = {month.id: month for month in months if month.status in _ENDED}
    everything = standing | ended
    # A new widget for a new list: one that lived on would show the words of a month that is gone.
    stand = "_".join(f"{one.id}{one.status}" for one in everything.values())
    place = st.container(horizontal=True, vertical_alignment="bottom")
    number = place.selectbox(
        "选择月度", list(everything), key=f"{KEY}_chosen_{stand}", width=300,
        format_func=lambda one: _listed(everything[one]) if one in everything else "",
    )  # fmt: skip
    with place:
        _acts(everything[number])
    remittance_view.assessed(months)


def _listed(month: AssessedMonth) -> str:
    return f"{month.month}　{month.kind.label}　{month.status.label}"


def _acts(month: AssessedMonth) -> None:
    hint = None
    if month.status in _ENDED:
        hint = f"该月核定{month.status.label}"
    elif not month.can_print:
        hint = "经中心审批后可以打印"
    for label, kind in (
        ("汇缴打印", outputs.VOUCHER_PRINT),
        ("汇缴清册打印", outputs.ROSTER_PRINT),
        ("变更清册打印", outputs.CHANGES_PRINT),
    ):
        if st.button(label, disabled=hint is not None, help=hint):
            making.preview(kind, {"assessment": month.id}, making.click())
    if st.button("汇缴明细"):
        _details(month)
    objection = _deletion_objection(month)
    if st.button("核定删除", disabled=objection is not None, help=objection):
        _confirm_delete(month)


def _deletion_objection(month: AssessedMonth) -> str | None:
    if month.status is AssessmentStatus.BOOKED:
        return str(edit.Booked())
    return f"该月核定{month.status.label}" if month.status in _ENDED else None


@st.dialog("汇缴明细", width="large")
def _details(month: AssessedMonth) -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    with feedback.refusals():
        found = edit.roster(who.actor, month.id)
        brand.figures(
            [
                ("汇缴年月", month.month.label, ""),
                ("人数", f"{month.heads:,}", ""),
                ("单位缴存", f"{month.employer_amount:,.2f}", ""),
                ("个人缴存", f"{month.contributor_amount:,.2f}", ""),
                ("合计", f"{month.amount:,.2f}", ""),
            ]
        )
        remittance_view.table(edit.masked(found.lines))
        kept = f"{KEY}_slip_{month.id}"
        with st.container(horizontal=True, horizontal_alignment="right"):
            if kept in st.session_state:
                brand.link("保存Excel文件", f"/download/slip/{st.session_state.pop(kept)}")
            elif st.button("数据下载"):
                file = edit.download(who.actor, month.id)
                st.session_state[kept] = slips.keep(who.actor, file.name, file.content)
                st.rerun(scope="fragment")


@st.dialog("核定删除")
def _confirm_delete(month: AssessedMonth) -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    st.write(f"确定删除{month.month.label}的核定（{month.heads:,}人，{month.amount:,.2f}元）？")
    st.caption("删除后该月可以重新核定，原核定保留为“已删除”。")
    reason = ""
    if month.status is AssessmentStatus.APPROVED:
        reason = st.text_input("删除原因（必填）", max_chars=edit.REASON_LENGTH)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消"):
            st.rerun()
        if st.button("确定", type="primary"):
            with feedback.refusals():
                edit.delete(who.actor, month.id, reason=reason)
                feedback.done("核定已删除")
