"""Change of the employer's information (单位信息变更, manual B1): form, list, documents, submission."""

import secrets

import streamlit as st

from components import brand, change_form, documents, feedback, pending_case, session, signing
from data.enums import CaseStatus
from services import employer_info_change
from services.actor import Actor
from services.approval.change_case import Standing

TITLE = "单位信息变更"
ICON = ":material/edit_note:"
KEY = "employer_info_change"
STEPS = ["修改项目", "核对清册", "上传材料", "提交审核"]
HOW = "没有变更项目。请在上方修改需要变更的项目，变更会显示在这里，核对后上传材料并提交审核。"


def render(actor: Actor) -> None:
    brand.title(TITLE, "变更单位的登记信息，经中心审批后生效。灰色项不能修改。", guide="/handbook")
    _work(actor)


@session.fragment
def _work(actor: Actor) -> None:
    now = employer_info_change.situation(actor)
    change_form.banner(now)
    brand.steps(STEPS, _step(now))
    if now.status is CaseStatus.PENDING:
        _waiting(actor, now)
        return
    is_good = change_form.fields(now, key=KEY, enter=_enter)
    change_form.change_list(now.changes, key=KEY, take_back=_take_back, empty=HOW)
    if now.changes:
        with st.container(width=brand.FORM_WIDTH):
            _documents(actor, now)
    _submit(actor, now, is_good=is_good)


def _step(now: Standing) -> int:
    if now.status is CaseStatus.PENDING:
        return len(STEPS)
    if not now.changes:
        return 0
    return 3 if documents.are_complete(now.materials, now.papers) else 1


def _waiting(actor: Actor, now: Standing) -> None:
    pending_case.show(actor, now.case_id)
    change_form.change_list(now.changes, key=KEY, take_back=None, empty=HOW)
    with st.container(width=brand.FORM_WIDTH):
        documents.listed(now.papers)


def _documents(actor: Actor, now: Standing) -> None:
    documents.upload(
        now.materials,
        now.papers,
        key=KEY,
        attach=lambda material, name, content: employer_info_change.attach(
            actor, material, name, content
        ),
        detach=lambda document_id: employer_info_change.detach(actor, document_id),
    )


def _submit(actor: Actor, now: Standing, *, is_good: bool) -> None:
    click = st.session_state.setdefault(f"{KEY}_click", secrets.token_hex(16))
    blocked = "请先改正标红的项目" if not is_good else None if now.changes else "没有变更项目"
    refusal_above = st.container(width=brand.FORM_WIDTH)  # seen without scrolling past the button
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        pressed = st.button(
            "提交审核",
            type="primary",
            disabled=blocked is not None,
            help=blocked,
            key=f"{KEY}_submit",
        )
    if not pressed or blocked:
        return
    with refusal_above, feedback.refusals():
        seen = {change.item.name: change.new for change in now.changes}
        signing.begin(
            actor,
            lambda who: employer_info_change.submit(
                who, seen=seen, version=now.version, client_id=click
            ),
            _submitted,
        )


def _submitted(_result: None) -> None:
    st.session_state.pop(f"{KEY}_click", None)
    feedback.done("已提交至中心审核")


@session.acting
def _enter(actor: Actor, item: str, text: str) -> None:
    employer_info_change.enter(actor, item, text)


@session.acting
def _take_back(actor: Actor, item: str) -> None:
    employer_info_change.take_back(actor, item)
