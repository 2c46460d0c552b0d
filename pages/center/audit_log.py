"""The auditor's page (审计日志): the audit and the export log, to be read by day, person, act, employer."""

from datetime import date, timedelta

import streamlit as st

from components import audit_words, brand, case_timeline, entries, feedback, plain_table
from data.enums import AuditAction, Role
from services.actor import Actor
from services.administration import audit_log, correction_log
from services.administration.audit_asked import Asked
from services.rules import clock

TITLE = "审计日志"
ICON = ":material/policy:"
KEY = "audit_log"
A_WEEK = timedelta(days=7)
CORRECTIONS = (0.9, 1.0, 2.7, 0.9, 2.0, 0.7, 0.7)


def render(actor: Actor) -> None:
    brand.title(
        TITLE, "登录、办理、审批、设置、拒绝和数据下载的记录，只能查阅，不能修改。按实际日期查询。"
    )
    asked = _asked()
    parts = {"操作日志": _events, "数据下载日志": _exports}
    if actor.role is Role.AUDITOR:
        parts["资金更正"] = _corrections
    for draw, tab in zip(parts.values(), st.tabs(list(parts)), strict=True):
        with tab, feedback.refusals():
            draw(actor, asked)


def _asked() -> Asked:
    today = clock.in_china(clock.instant()).date()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.date_input("日期起", today - A_WEEK, key=f"{KEY}_first", format="YYYY-MM-DD",
                              width=160)  # fmt: skip
        last = st.date_input("日期止", today, key=f"{KEY}_last", format="YYYY-MM-DD", width=160)
        actions: list[AuditAction | None] = [None, *AuditAction]
        action = st.selectbox("事项", actions, key=f"{KEY}_action", width=200,
                              format_func=lambda one: one.label if one else "全部")  # fmt: skip
        who = st.text_input("操作人姓名", key=f"{KEY}_who", width=180, max_chars=30)
        employer = st.text_input("单位账号", key=f"{KEY}_employer", width=180, max_chars=20)
    return Asked(_day(first, today), _day(last, today), action, who, employer)


def _events(actor: Actor, asked: Asked) -> None:
    found = audit_log.events(actor, asked, page=_page("events"))
    if not found.rows:
        brand.quiet("没有符合条件的操作记录，请放宽日期或条件后再查询。")
        return
    rows = [
        (str(one.seq), f"{one.at:%Y-%m-%d %H:%M:%S}", one.who, one.role, one.action,
         audit_words.subject(one.subject), one.employer, audit_words.facts(one.facts))
        for one in found.rows
    ]  # fmt: skip
    heads = ("序号", "时间", "操作人", "角色", "事项", "对象编号", "单位账号", "内容")
    plain_table.show(heads, rows, numbers=(0,), codes=(5, 7))
    _turn("events", found.count, found.pages)


def _exports(actor: Actor, asked: Asked) -> None:
    found = audit_log.exports(actor, asked, page=_page("exports"))
    if not found.rows:
        brand.quiet("没有符合条件的下载记录，请放宽日期或条件后再查询。")
        return
    rows = [
        (case_timeline.moment(one.at), one.who, one.role, one.employer, one.what, one.conditions,
         f"{one.rows:,}")
        for one in found.rows
    ]  # fmt: skip
    heads = ("时间", "下载人", "角色", "单位账号", "内容", "条件", "行数")
    plain_table.show(heads, rows, numbers=(6,))
    _turn("exports", found.count, found.pages)


def _corrections(actor: Actor, asked: Asked) -> None:
    found = correction_log.corrections(
        actor, who=asked.who, employer=asked.employer, page=_page("corrections")
    )
    st.caption(
        "全部日期的冲正和退款，可按操作人姓名（提出人或复核人）和单位账号查询；签名证据供稽核核验。"
    )
    if not found.rows:
        brand.quiet("没有符合条件的资金更正。审批员提出后会显示在这里。")
        return
    heads = ("类型", "管理部", "单位", "金额", "提出", "复核", "状态", "签名证据")
    with st.container(key="list_corrections", gap=None):
        entries.head(heads, CORRECTIONS, numbers=(3,))
        for one in found.rows:
            cells = (one.kind.label, one.branch.label, one.employer, f"{one.amount:,.2f}",
                     f"{one.proposer} {case_timeline.moment(one.proposed_at)}", one.decider,
                     one.status.label)  # fmt: skip
            with entries.row(cells, CORRECTIONS, numbers=(3,)):
                for act, evidence_id in one.evidence:
                    brand.link(act, f"/download/evidence/{evidence_id}")
    _turn("corrections", found.count, found.pages)


def _turn(name: str, count: int, pages: int) -> None:
    """Draw the pages below the table, as the center's other lists do."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if pages > 1:
            st.pagination(pages, key=f"{KEY}_{name}_page")
        st.caption(f"共{count:,}条")


def _page(name: str) -> int:
    return int(st.session_state.get(f"{KEY}_{name}_page") or 1)


def _day(value: object, otherwise: date) -> date:
    return value if isinstance(value, date) else otherwise
