"""A proposal (待复核变更) on the page: what changes, what it will affect, who has said what."""

from collections.abc import Callable, Sequence

import streamlit as st

from components import brand, case_timeline, feedback, plain_table, session
from data.enums import ADMINISTRATORS, ProposalStatus
from services.actor import Actor
from services.administration.policy_effects import Effect
from services.administration.policy_view import Change

HEADS = ("项目", "变更前", "变更后")


def lines(change: Change) -> None:
    """Draw the values before and after."""
    rows = [(line.label, line.before, line.after) for line in change.lines]
    plain_table.show(HEADS, rows)


def facts(change: Change) -> None:
    """Draw who proposed it, on what ground, and who decided."""
    trace = change.trace
    decided = case_timeline.moment(trace.decided_at) if trace.decided_at else ""
    brand.facts("变更单", [
        ("变更内容", trace.topic.label), ("适用范围", change.scope),
        ("生效日期", str(trace.effective_from)), ("状态", trace.status.label),
        ("依据", trace.source), ("说明", trace.reason or "—"),
        ("提出人", f"{trace.proposer}　{case_timeline.moment(trace.proposed_at)}"),
        ("复核人", f"{trace.decider}　{decided}" if trace.decider else "—"),
        *([("退回原因", trace.opinion)] if trace.opinion else []),
    ])  # fmt: skip


def effects(found: Sequence[Effect]) -> None:
    """Draw what a change will affect: a sentence each, and whom below it."""
    st.markdown("**影响试算（按当前数据）**")
    for effect in found:
        brand.banner(effect.sentence, "warn" if effect.count and effect.heads else "info")
        if effect.lines:
            with st.expander(f"查看明细（前{len(effect.lines)}条）"):
                plain_table.show(effect.heads, effect.lines)


def decision(
    actor: Actor,
    change: Change,
    *,
    key: str,
    confirm: Callable[[Actor, int], None],
    reject: Callable[[Actor, int, str], None],
    withdraw: Callable[[Actor, int], None],
    leave: Callable[[], None],
) -> None:
    """Draw the buttons of the one who looks: 确认生效, 退回 for the second person, 撤回 for the first."""
    trace = change.trace
    may_decide = trace.status is ProposalStatus.PENDING and actor.role in ADMINISTRATORS
    if may_decide and trace.is_own:
        brand.banner("本变更由您提出，须由另一名管理员复核后生效。", "warn")
    elif may_decide:
        st.text_input("退回原因（退回时必填）", key=f"{key}_opinion", max_chars=500, width=960)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("返回列表", key=f"{key}_back"):
            leave()
        if not may_decide:
            return
        if trace.is_own:
            _pressed("撤回", f"{key}_withdraw", "变更已撤回", leave,
                     lambda who: withdraw(who, trace.id))  # fmt: skip
            return
        opinion = str(st.session_state.get(f"{key}_opinion", ""))
        _pressed("退回", f"{key}_reject", "变更已退回提出人", leave,
                 lambda who: reject(who, trace.id, opinion))  # fmt: skip
        _pressed("确认生效", f"{key}_confirm", "变更已复核，将按生效日期执行", leave,
                 lambda who: confirm(who, trace.id), is_primary=True)  # fmt: skip


def _pressed(
    label: str, key: str, done: str, leave: Callable[[], None], act: Callable[[Actor], None],
    *, is_primary: bool = False,
) -> None:  # fmt: skip
    """Draw one button and, once pressed, act for whoever is signed in at that moment."""
    if not st.button(label, key=key, type="primary" if is_primary else "secondary"):
        return
    who = session.signed_in()
    with feedback.refusals():
        if who:
            act(who.actor)
            feedback.notice(done)
            leave()
