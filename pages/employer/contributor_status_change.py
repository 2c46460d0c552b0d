"""Sealing and unsealing (缴存人状态变更, manual B9): the form, the import, the roster, the act."""

import secrets
from functools import partial

import pandas as pd
import streamlit as st

from components import (
    brand,
    confirming,
    feedback,
    person_roster,
    roster_import,
    session,
    signing,
    status_change_form,
    status_change_view,
)
from components.form_fields import Fields
from components.roster import EDGE, ROW
from data.enums import BusinessKind
from services.actor import Actor
from services.approval.refusals import RowsRefused
from services.contributor_status_change import approval, candidates, roster, workbook
from services.contributor_status_change.entry import Entry
from services.contributor_status_change.facts import SEALING, UNSEALING, VERBS
from services.contributor_status_change.importing import IMPORTS
from services.contributor_status_change.roster import WrongEntry
from services.imports import Found

TITLE = "缴存人状态变更"
ICON = ":material/swap_horiz:"
KEY = "contributor_status_change"
DONE = {SEALING: "您已完成办理缴存人封存！", UNSEALING: "您已完成办理缴存人启封！"}


def render(actor: Actor) -> None:
    brand.title(
        TITLE,
        "职工离职或停发工资时办理封存，重新缴存时办理启封。确定后立即生效，无需中心审批。",
        guide="/handbook",
    )
    if wanted := st.session_state.pop("unseal_id_number", None):
        st.session_state.update({f"{KEY}_kind": UNSEALING, f"{KEY}_wanted": wanted})
    st.session_state.setdefault(f"{KEY}_kind", SEALING)
    kind = st.segmented_control(
        "业务类型", [SEALING, UNSEALING], format_func=VERBS.__getitem__,
        key=f"{KEY}_kind", label_visibility="collapsed",
    ) or SEALING  # fmt: skip
    now = approval.situation(actor, kind)
    if now.objection:
        brand.banner(now.objection, "stop")
    brand.steps(
        ["录入或导入", f"核对待{VERBS[kind]}清册", f"确定{VERBS[kind]}"],
        1 if now.effect.people else 0,
    )
    if not now.objection:
        _entry(actor, kind)
    _roster(actor, kind)


def _key(kind: BusinessKind) -> str:
    return f"{KEY}_{kind.value}"


@session.fragment
def _entry(actor: Actor, kind: BusinessKind) -> None:
    """Draw the form of one person, and the way to enter many."""
    fields = Fields(_key(kind))
    now, people = approval.situation(actor, kind), candidates.candidates(actor, kind)
    with st.container(border=True, width=brand.FORM_WIDTH):
        entry = status_change_form.draw(
            fields, kind, now.terms, people, wanted=st.session_state.pop(f"{KEY}_wanted", None)
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            is_asked = st.button("批量导入", key=f"{_key(kind)}_open_import")
            if is_asked or roster_import.is_wanted(IMPORTS[kind]):
                roster_import.forget(_key(kind))
                _import(kind)
            is_empty = entry is None
            if st.button(
                "录入清册", type="secondary" if now.effect.people else "primary",
                key=f"{_key(kind)}_add", disabled=is_empty,
                help="请先选择个人账号" if is_empty else None,
            ) and entry:  # fmt: skip
                _add(actor, kind, fields, entry)


def _add(actor: Actor, kind: BusinessKind, fields: Fields, entry: Entry) -> None:
    with feedback.refusals():
        try:
            warning = roster.add(actor, kind, entry)
        except WrongEntry as wrong:
            fields.blame(wrong.faults)
            st.rerun(scope="fragment")
        fields.renew()
        person_roster.renew(_key(kind))
        feedback.done("缴存人状态变更清册录入成功" + (f"。请注意：{warning}" if warning else ""))


@session.fragment
def _roster(actor: Actor, kind: BusinessKind) -> None:
    now, frame = approval.situation(actor, kind), roster.roster(actor, kind)
    verb, key = VERBS[kind], _key(kind)
    if frame.empty:
        with st.container(width=brand.FORM_WIDTH):
            brand.quiet(f"待{verb}清册为空。请填写上方表单后点击【录入清册】，或点击【批量导入】。")
        return
    st.markdown(
        f"**待{verb}清册**　:small[:gray[已为您保存，退出后可继续办理；请勾选需{verb}的职工]]"
    )
    status_change_view.figures(now.effect, kind)
    chosen = person_roster.show(
        frame,
        status_change_view.HEADINGS[kind],
        key=key,
        on_delete=lambda accounts: _confirm_delete(kind, accounts),
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        why_not = now.objection or (None if chosen else f"请先在清册中勾选需{verb}的职工")
        label = f"确定{verb}（{len(chosen)}人）" if chosen else f"确定{verb}"
        if st.button(label, type="primary", disabled=why_not is not None, help=why_not):
            st.session_state[f"{key}_click"] = secrets.token_hex(16)
            st.session_state.pop(f"{key}_refused", None)
            _confirm(kind, frame[frame["account"].isin(chosen)])


@st.dialog("办理确认")
def _confirm(kind: BusinessKind, picked: pd.DataFrame) -> None:
    verb, key = VERBS[kind], _key(kind)
    change = "增加" if kind is UNSEALING else "减少"
    st.write(
        f"确定为选中的{len(picked)}名职工办理{verb}？月缴存额将{change}"
        f"{picked['amount'].sum():,.2f}元，立即生效。"
    )
    if refused := st.session_state.get(f"{key}_refused"):
        brand.banner("以下人员不能办理，本次一人也未办理。请从清册中删除后重试。", "stop")
        table = pd.DataFrame(refused, columns=["职工", "原因"])
        st.dataframe(table, hide_index=True, height=min(ROW * (len(table) + 1) + EDGE, 250))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消", key=f"{key}_confirm_no"):
            st.rerun()
        if st.button("确定", type="primary", key=f"{key}_confirm_yes"):
            with feedback.refusals(), st.spinner("正在办理，请稍候…", show_time=True):
                _change(kind, list(picked["account"]))


@session.acting
def _change(actor: Actor, kind: BusinessKind, accounts: list[str]) -> None:
    key = _key(kind)
    click = st.session_state[f"{key}_click"]
    try:
        signing.begin(
            actor,
            lambda who: approval.confirm(who, kind, accounts, client_id=click),
            partial(_changed, kind),
        )
    except RowsRefused as refusal:
        st.session_state[f"{key}_refused"] = refusal.rows
        st.rerun(scope="fragment")


def _changed(kind: BusinessKind, _case_id: int) -> None:
    person_roster.renew(_key(kind))
    feedback.done(DONE[kind])


@st.dialog("删除确认")
def _confirm_delete(kind: BusinessKind, accounts: list[str]) -> None:
    st.write(f"确定从清册中删除选中的{len(accounts)}人？删除后可重新录入。")

    def delete(actor: Actor) -> None:
        roster.delete_rows(actor, kind, accounts)
        person_roster.renew(_key(kind))
        feedback.done(f"已删除{len(accounts)}人")

    confirming.answer(delete)


@st.dialog("批量导入", width="large")
def _import(kind: BusinessKind) -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    actor, verb, key = who.actor, VERBS[kind], _key(kind)
    with feedback.refusals():
        roster_import.template(
            actor, f"下载{verb}模板", lambda: workbook.template(actor, kind), key=key, version=verb
        )
    roster_import.draw(
        actor, key=key, batch=IMPORTS[kind], hint="不超过5MB，最多5,000人", preview=_preview,
        renew=person_roster.renew,
    )  # fmt: skip


def _preview(found: Found) -> None:
    people, notes = found.effect["people"], found.effect["notes"]
    brand.banner(f"检查通过：{people:,}名职工的数据全部正确。", "good")
    if notes:
        brand.banner(f"{notes}人离职已超过30日，可以办理，请核对。", "warn")
