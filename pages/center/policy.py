"""Policy (政策参数): what is in force, what waits for a second person, and everything there ever was."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from components import (
    brand,
    counted_tabs,
    entries,
    feedback,
    plain_table,
    policy_forms,
    proposal_view,
    signing,
)
from components.opened import Opened
from components.policy_forms import Filled, Grounds
from data.enums import BusinessKind, Role
from data.policy_codes import DayKind, ProposalTopic
from services import working_days
from services.actor import Actor
from services.administration import policy_changes, policy_effects, policy_view
from services.administration.business_terms import Terms
from services.administration.policy_view import Change, Standing
from services.rules import clock

TITLE = "政策参数"
ICON = ":material/tune:"
KEY = "policy"
OPENED = Opened(KEY)
TABS = f"tabs_of_{KEY}"  # outlives what `leave` forgets
SHARES = (1.6, 4.2, 1.0, 2.6, 1.3)
HEADS = ("参数", "现行值", "生效日期", "依据", "状态", "操作")
TERMS = (1.6, 2.2, 6.2)
WAITING = (1.6, 1.6, 1.2, 1.2, 1.6, 2.6)


def render(actor: Actor) -> None:
    opened = OPENED.subject
    if opened is None:
        _list(actor)
        return
    with feedback.refusals():
        what, subject = opened
        if what == "proposal":
            _proposal(actor, subject)
        elif what == "history":
            _history(actor, subject)
        else:
            _FORMS[what](actor, subject)
        return
    OPENED.way_back()


def _topic(actor: Actor, topic: ProposalTopic) -> None:
    def asked(filled: Filled) -> dict[str, Any]:
        return {"effective_from": filled.grounds.effective_from, "reason": filled.grounds.reason,
                "employer_number": filled.number}  # fmt: skip

    def send(filled: Filled) -> None:
        _sign(actor, lambda signer: policy_changes.propose(
            signer, topic, filled.typed, source=filled.grounds.source, **asked(filled)))  # fmt: skip

    policy_forms.topic(
        topic, key=KEY, send=send, leave=OPENED.leave,
        now_of=lambda number, day: policy_view.current(actor, topic, number, day),
        attempt=lambda filled: policy_effects.of_values(
            actor, topic, filled.typed, **asked(filled)
        ),
    )  # fmt: skip


def _on_that_day(actor: Actor, terms: Terms) -> Terms:
    """Return a business's terms on the day chosen in its form: what is confirmed by then is among them."""
    found = policy_view.terms(actor, policy_forms.chosen_day(KEY))
    return next(one for one in found if one.business is terms.business)


def _levels(actor: Actor, terms: Terms) -> None:
    terms = _on_that_day(actor, terms)
    send = partial(_send_terms, actor, ProposalTopic.LEVELS, terms.business)
    policy_forms.levels(terms, key=KEY, leave=OPENED.leave, send=send)


def _materials(actor: Actor, terms: Terms) -> None:
    terms = _on_that_day(actor, terms)
    send = partial(_send_terms, actor, ProposalTopic.MATERIALS, terms.business)
    policy_forms.materials(terms, new_code=policy_view.own_code(terms.materials), key=KEY,
                           leave=OPENED.leave, send=send)  # fmt: skip


def _send_terms(
    actor: Actor, topic: ProposalTopic, business: BusinessKind, value: str, grounds: Grounds
) -> None:
    _sign(actor, lambda signer: policy_changes.propose_terms(
        signer, topic, business, value, effective_from=grounds.effective_from,
        source=grounds.source, reason=grounds.reason,
    ))  # fmt: skip


def _calendar(actor: Actor, _subject: object) -> None:
    def send(first: date, last: date, kind: DayKind, name: str, grounds: Grounds) -> None:
        _sign(actor, lambda signer: policy_changes.propose_days(
            signer, first, last, kind, name, source=grounds.source, reason=grounds.reason))  # fmt: skip

    policy_forms.calendar(key=KEY, leave=OPENED.leave, send=send)


def _sign(actor: Actor, act: Callable[[Actor], object]) -> None:
    signing.begin(actor, act, lambda _: _sent())


def _sent() -> None:
    feedback.notice("变更已提交，等待另一名管理员复核")
    OPENED.leave()


_FORMS: dict[str, Callable[[Actor, Any], None]] = {
    "topic": _topic, "levels": _levels, "materials": _materials, "calendar": _calendar,
}  # fmt: skip


def _list(actor: Actor) -> None:
    brand.title(
        TITLE, "由系统管理员提出变更，另一名管理员复核后按生效日期执行；原有记录保留，不作修改。"
    )
    waiting = policy_view.changes(actor, waiting=True)
    now, pending, past = counted_tabs.draw(
        {"现行参数": None, "待复核": len(waiting), "变更记录": None}, key=TABS, is_kept=True
    )
    may_propose = actor.role is Role.ADMINISTRATOR
    if now.open:
        with now:
            _topics(actor, may_propose=may_propose)
            _terms(actor, may_propose=may_propose)
    if pending.open:
        with pending:
            _changes(waiting, "暂无待复核的变更。系统管理员提出变更后会显示在这里。", "办理")
    if past.open:
        with past:
            decided = policy_view.changes(actor, waiting=False)
            _changes(decided, "暂无变更记录。变更复核或退回后会显示在这里。", "查看")


def _topics(actor: Actor, *, may_propose: bool) -> None:
    with st.container(key="list_topics", gap=None):
        entries.head(HEADS, SHARES)
        for one in policy_view.overview(actor):
            values = "\n".join(f"{label}　{value}" for label, value in one.values)
            cells = (one.topic.label, values, str(one.since or "—"), one.source or "—", _state(one))
            buttons = entries.row(cells, SHARES)
            if may_propose and buttons.button("变更", key=f"change_{one.topic.value}"):
                OPENED.open(("topic", one.topic))
            if buttons.button("历史", key=f"history_{one.topic.value}"):
                OPENED.open(("history", one.topic))


def _state(one: Standing) -> str:
    return "\n".join([*(["有变更待复核"] if one.waiting else []), *one.coming]) or "—"


def _terms(actor: Actor, *, may_propose: bool) -> None:
    st.markdown("**各业务的审批环节和办理材料**")
    with st.container(key="list_terms", gap=None):
        entries.head(("业务", "审批环节", "办理材料", "操作" if may_propose else ""), TERMS)
        for one in policy_view.terms(actor):
            levels = " → ".join(role.label for role in one.levels) or "即时办结"
            papers = "；".join(map(policy_view.described, one.materials)) or "不上传材料"
            buttons = entries.row((one.business.label, levels, papers), TERMS)
            if not may_propose:
                continue
            if one.has_levels and buttons.button("环节", key=f"levels_{one.business.value}"):
                OPENED.open(("levels", one))
            if one.has_materials and buttons.button("材料", key=f"papers_{one.business.value}"):
                OPENED.open(("materials", one))
    _calendar_of_year(actor, may_propose=may_propose)


def _calendar_of_year(actor: Actor, *, may_propose: bool) -> None:
    year = clock.today().year
    st.markdown(f"**{year}年工作日历**")
    days = working_days.listed(actor, year)
    if days:
        with st.expander(f"查看{len(days)}个放假和调休日"):
            rows = [
                (str(one.day), one.kind.label, one.name, one.source, one.author) for one in days
            ]
            plain_table.show(("日期", "类型", "节日", "依据", "设置人"), rows)
    else:
        brand.quiet("尚未设置本年的节假日和调休，审批时限按星期计算。")
    if may_propose and st.button("设置工作日历", key="calendar"):
        OPENED.open(("calendar", None))


def _changes(changes: list[Change], empty: str, label: str) -> None:
    if not changes:
        brand.quiet(empty)
        return
    with st.container(key=f"list_{label}", gap=None):
        entries.head(
            ("变更内容", "适用范围", "生效日期", "提出人", "状态", "依据", "操作"), WAITING
        )
        for change in changes:
            trace = change.trace
            cells = (trace.topic.label, change.scope, str(trace.effective_from), trace.proposer,
                     trace.status.label, trace.source)  # fmt: skip
            if entries.row(cells, WAITING).button(label, key=f"open_{trace.id}"):
                OPENED.open(("proposal", trace.id))


def _proposal(actor: Actor, proposal_id: int) -> None:
    change = policy_view.change(actor, proposal_id)
    brand.title(f"{change.trace.topic.label}变更", f"{change.trace.status.label}　{change.scope}")
    left, right = st.columns((1.8, 1), gap="medium")
    with left:
        proposal_view.lines(change)
        if not change.trace.decided_at:
            proposal_view.effects(policy_effects.of_proposal(actor, proposal_id))
    with right:
        proposal_view.facts(change)
    proposal_view.decision(
        actor, change, key=KEY, confirm=policy_changes.confirm, withdraw=policy_changes.withdraw,
        reject=lambda who, which, words: policy_changes.reject(who, which, opinion=words),
        leave=OPENED.leave,
    )  # fmt: skip


def _history(actor: Actor, topic: ProposalTopic) -> None:
    brand.title(f"{topic.label}　历史", "每一次设置都保留，最近的在前。")
    rows = [
        (str(day), label, value, source, author)
        for day, label, value, source, author in policy_view.history(actor, topic)
    ]
    plain_table.show(("生效日期", "参数", "值", "依据", "设置人"), rows)
    if st.button("返回列表", key=f"{KEY}_back"):
        OPENED.leave()
