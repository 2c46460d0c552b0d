"""Change of a contributor's information (缴存人信息变更, manual B8): person, form, list, 【保存】."""

import secrets
from functools import partial

import streamlit as st

from components import brand, change_form, documents, feedback, pending_case, session, signing
from data.enums import CaseStatus
from services import contributor_info_change
from services.actor import Actor
from services.approval.change_case import Standing
from services.contributor_info_change import Person

TITLE = "缴存人信息变更"
ICON = ":material/manage_accounts:"
KEY = "contributor_info_change"
HOW = "没有变更项目。请在上方修改需要变更的项目，变更会显示在这里，核对后点击【保存】。"


def render(actor: Actor) -> None:
    brand.title(
        TITLE,
        "变更职工的基本信息，点击【保存】提交中心审批后生效。灰色项不能修改。",
        guide="/handbook",
    )
    people = contributor_info_change.people(actor)
    if wanted := st.session_state.pop("go_to_account", None):
        st.session_state[f"{KEY}_person"] = next((p for p in people if p.account == wanted), None)
    with st.container(width=brand.FORM_WIDTH):
        person = st.selectbox(
            "个人账号", people, index=None, format_func=_entry, key=f"{KEY}_person", filter_mode="contains",
            placeholder="请选择职工，可输入个人账号、姓名或证件号码后四位查找",
        )  # fmt: skip
    if person is None:
        brand.quiet("请先在【个人账号】中选择需要变更的职工，其登记信息会显示在这里。")
        return
    _work(actor, person.id)


def _entry(person: Person) -> str:
    return f"{person.account}　{person.name}　{person.last_four}"


@session.fragment
def _work(actor: Actor, person: int) -> None:
    now, key = contributor_info_change.situation(actor, person), f"{KEY}_{person}"
    change_form.banner(now)
    if now.status is CaseStatus.PENDING:
        _waiting(actor, now, key)
        return
    is_good = change_form.fields(now, key=key, enter=partial(_enter, person))
    change_form.change_list(now.changes, key=key, take_back=partial(_take_back, person), empty=HOW)
    if now.changes:
        with st.expander("证明材料（选传）", expanded=bool(now.papers), width=brand.FORM_WIDTH):
            _documents(actor, person, now, key)
    _save(actor, person, now, is_good=is_good)


def _waiting(actor: Actor, now: Standing, key: str) -> None:
    pending_case.show(actor, now.case_id)
    change_form.change_list(now.changes, key=key, take_back=None, empty=HOW)
    with st.container(width=brand.FORM_WIDTH):
        documents.listed(now.papers)


def _documents(actor: Actor, person: int, now: Standing, key: str) -> None:
    documents.upload(
        now.materials,
        now.papers,
        key=key,
        attach=lambda material, name, content: contributor_info_change.attach(
            actor, person, material, name, content
        ),
        detach=lambda document_id: contributor_info_change.detach(actor, person, document_id),
    )


def _save(actor: Actor, person: int, now: Standing, *, is_good: bool) -> None:
    name = f"{KEY}_click_{person}"
    click = st.session_state.setdefault(name, secrets.token_hex(16))
    blocked = "请先改正标红的项目" if not is_good else None if now.changes else "没有变更项目"
    refusal_above = st.container(width=brand.FORM_WIDTH)  # seen without scrolling past the button
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        pressed = st.button(
            "保存", type="primary", disabled=blocked is not None, help=blocked, key=f"{KEY}_save"
        )
    if not pressed or blocked:
        return
    with refusal_above, feedback.refusals():
        seen = {change.item.name: change.new for change in now.changes}
        signing.begin(
            actor,
            lambda who: contributor_info_change.submit(
                who, person, seen=seen, version=now.version, client_id=click
            ),
            partial(_submitted, name),
        )


def _submitted(click: str, _result: None) -> None:
    st.session_state.pop(click, None)
    feedback.done("已提交至中心审核")


@session.acting
def _enter(actor: Actor, person: int, item: str, text: str) -> None:
    contributor_info_change.enter(actor, person, item, text)


@session.acting
def _take_back(actor: Actor, person: int, item: str) -> None:
    contributor_info_change.take_back(actor, person, item)
