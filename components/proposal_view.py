"""A proposal (待复核变更) on the page: what changes, what it will affect, who has said what."""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from components import brand, case_timeline, feedback, plain_table, session, signing
from data.enums import ADMINISTRATORS
from data.policy_codes import ProposalStatus
from services.actor import Actor
from services.administration.effects_by_topic import Effect
from services.administration.policy_view import Change

HEADS = ("项目", "变更前", "变更后")


def lines(change: Change) -> None:
    """Draw the values before and after, those that change marked."""
    rows = [(line.label, line.before, line.after) for line in change.lines]
    changed = [place for place, (_, before, after) in enumerate(rows) if before != after]
    plain_table.show(HEADS, rows, marked=changed)


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
    brand.proofs(trace.evidence)


def effects(found: Sequence[Effect]) -> None:
    """Draw what a change will affect: a sentence each, and whom below it; then what it leaves alone."""
    st.markdown("**影响试算（按当前数据）**")
    for effect in found:
        if not effect.count and effect.heads:
            continue
        brand.banner(effect.sentence, "warn" if effect.count and effect.heads else "info")
        if effect.lines:
            with st.expander(f"查看明细（前{len(effect.lines)}条）"):
                plain_table.show(effect.heads, effect.lines)
    untouched = [effect.sentence for effect in found if not effect.count and effect.heads]
    if untouched:
        st.caption("没有影响：" + "；".join(untouched) + "。")


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
        st.text_input(
            "退回原因（退回时必填）", key=f"{key}_opinion", max_chars=500, width=brand.FORM_WIDTH
        )
    refusal_above = st.container(width=brand.FORM_WIDTH)
    pressed = _buttons(may_decide=may_decide, is_own=trace.is_own, key=key)
    if pressed == "返回列表":
        leave()
    opinion = str(st.session_state.get(f"{key}_opinion", ""))
    acts: dict[str, tuple[Callable[[Actor], None], str]] = {
        "撤回": (lambda who: withdraw(who, trace.id), "变更已撤回"),
        "退回": (lambda who: reject(who, trace.id, opinion), "变更已退回提出人"),
        "确认生效": (lambda who: confirm(who, trace.id), "变更已复核，将按生效日期执行"),
    }
    who = session.signed_in() if pressed in acts else None
    if who:
        act, done = acts[pressed]
        with refusal_above, feedback.refusals():
            signing.begin(who.actor, act, lambda _: _done(done, leave))


def _done(text: str, leave: Callable[[], None]) -> None:
    feedback.notice(text)
    leave()


def _buttons(*, may_decide: bool, is_own: bool, key: str) -> str:
    """Draw the buttons; return the one that was pressed, "" for none."""
    labels = ["返回列表"]
    if may_decide:
        labels += ["撤回"] if is_own else ["退回", "确认生效"]
    pressed = ""
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        for label in labels:
            kind: Literal["primary", "secondary"] = (
                "primary" if label == "确认生效" else "secondary"
            )
            if st.button(label, key=f"{key}_do_{labels.index(label)}", type=kind):
                pressed = label
    return pressed
