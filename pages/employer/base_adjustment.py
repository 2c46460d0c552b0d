"""Base adjustment (基数调整, manual B2): template, import, roster, documents, submission."""

import secrets
from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from components import (
    base_adjustment_view,
    brand,
    confirming,
    documents,
    feedback,
    pending_case,
    roster,
    roster_import,
    session,
    signing,
)
from data.enums import CaseStatus
from services.actor import Actor
from services.base_adjustment import approval, desk
from services.base_adjustment import roster as lines
from services.base_adjustment.approval import Situation
from services.base_adjustment.importing import IMPORT
from services.base_adjustment.roster import Effect
from services.errors import BusinessError
from services.imports import Found

TITLE = "基数调整"
ICON = ":material/tune:"
STEPS = ["下载模板", "批量导入", "核对清册", "上传材料", "提交审批"]
KEY = "base_adjustment"
TEMPLATE = "/download/base-adjustment/template"


def render(actor: Actor) -> None:
    now = approval.situation(actor)
    brand.title(
        TITLE,
        f"{now.year}年度缴存基数调整，自{now.effective_month.label}起执行。办理期间：{now.window}。",
        guide="/handbook",
    )
    _banner(now)
    brand.steps(STEPS, _step(now))
    if now.status is CaseStatus.PENDING:
        _waiting(actor, now)
    elif st.session_state.get(f"{KEY}_at_documents") and now.rows:
        _documents(actor, now)
    else:
        _import_and_roster(actor, now)


def _step(now: Situation) -> int:
    if now.status is CaseStatus.PENDING:
        return len(STEPS)
    if not now.rows:
        return 0
    return 3 if st.session_state.get(f"{KEY}_at_documents") else 2


def _banner(now: Situation) -> None:
    if now.objection:
        brand.banner(now.objection, "warn" if now.status is CaseStatus.PENDING else "stop")
    elif now.submission_objection:
        brand.banner(now.submission_objection, "stop")
    elif pending_case.banner(now.serial, now.status, "清册或材料"):
        return
    elif now.status is CaseStatus.DRAFT and now.rows:
        brand.banner("有未提交的清册，已为您保存，可继续办理。")


def _waiting(actor: Actor, now: Situation) -> None:
    pending_case.show(actor, now.case_id)
    found = desk.desk(actor, page=roster.turned_to(KEY), size=roster.A_PAGE)
    base_adjustment_view.figures(found.effect)
    _table(found, on_edit=None)
    documents.listed(now.papers)


def _import_and_roster(actor: Actor, now: Situation) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        brand.link("基数调整数据下载", TEMPLATE, is_primary=not now.rows)
        is_asked = st.button("批量导入", disabled=now.objection is not None, help=now.objection)
        if is_asked or roster_import.is_wanted(IMPORT):
            roster_import.forget(KEY)
            _import()
    if not now.rows:
        brand.quiet(
            "清册为空。请先点击【基数调整数据下载】下载模板，填写“调整后基数”列后点击【批量导入】。"
        )
        return
    _roster(actor, is_open=now.objection is None)
    with st.container(horizontal=True, horizontal_alignment="right"):
        blocked = now.objection or now.submission_objection
        if st.button("提交审批", type="primary", disabled=blocked is not None, help=blocked):
            st.session_state[f"{KEY}_at_documents"] = True
            st.rerun()


@session.fragment
def _roster(actor: Actor, *, is_open: bool) -> None:
    found = desk.desk(
        actor,
        search=st.session_state.get(f"{KEY}_words", ""),
        only_notable=st.session_state.get(f"{KEY}_only", False),
        page=roster.turned_to(KEY),
        size=roster.A_PAGE,
    )
    base_adjustment_view.figures(found.effect)
    if found.missing:
        names = "、".join(found.missing[:10])
        brand.banner(
            f"清册缺少{len(found.missing)}名正常状态职工：{names}，提交前请补充导入。", "warn"
        )
    if refusal := st.session_state.pop(f"{KEY}_refusal", None):
        st.error(feedback.plain(refusal), icon=":material/error:")
    bar = st.container(horizontal=True, vertical_alignment="center")
    bar.text_input(
        "查找",
        key=f"{KEY}_words",
        placeholder="按姓名、账号或证件号后四位查找",
        label_visibility="collapsed",
        max_chars=20,
        width=300,
    )
    bar.checkbox("只看需核对的行", key=f"{KEY}_only")
    if not found.found:
        brand.quiet("没有符合条件的职工，请减少查找内容或取消“只看需核对的行”。")
        return
    chosen = _table(found, on_edit=_enter if is_open else None)
    label = f"删除（{len(chosen)}）" if chosen else "删除"
    # not at the right end of the bar: there the grid's own tools would cover it
    if bar.button(label, disabled=not chosen):
        _confirm_delete(chosen)


def _table(found: desk.Desk, *, on_edit: Callable[[dict[str, Decimal]], None] | None) -> list[str]:
    return roster.show(
        found.frame, base_adjustment_view.HEADINGS, key=KEY, on_edit=on_edit, rows=found.found
    )


@session.acting
def _enter(actor: Actor, bases: dict[str, Decimal]) -> None:
    try:
        lines.set_bases(actor, bases)
    except BusinessError as refusal:
        st.session_state[f"{KEY}_refusal"] = f"{refusal}，未保存，已恢复原值"
        roster.renew(KEY)


@st.dialog("删除确认")
def _confirm_delete(accounts: list[str]) -> None:
    st.write(f"确定删除选中的{len(accounts)}条数据？删除后可重新导入。")

    def delete(actor: Actor) -> None:
        lines.delete_rows(actor, accounts)
        roster.renew(KEY)
        feedback.done(f"已删除{len(accounts)}条数据")

    confirming.answer(delete)


@st.dialog("批量导入", width="large")
def _import() -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    roster_import.draw(
        who.actor, key=KEY, batch=IMPORT, hint="不超过5MB", preview=_preview, renew=roster.renew
    )


def _preview(found: Found) -> None:
    effect = Effect(**found.effect)
    brand.banner(f"检查通过：{effect.people:,}名职工的数据全部正确。", "good")
    base_adjustment_view.figures(effect)


def _documents(actor: Actor, now: Situation) -> None:
    base_adjustment_view.figures(desk.desk(actor).effect)
    documents.upload(
        now.materials,
        now.papers,
        key=KEY,
        attach=lambda material, name, content: approval.attach(actor, material, name, content),
        detach=lambda document_id: approval.detach(actor, document_id),
    )
    click = st.session_state.setdefault(f"{KEY}_click", secrets.token_hex(16))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("返回清册"):
            st.session_state[f"{KEY}_at_documents"] = False
            st.rerun()
        if st.button("上传完成并提交审批", type="primary"):
            with feedback.refusals():
                signing.begin(
                    actor,
                    lambda who: approval.submit(who, version=now.version, client_id=click),
                    _submitted,
                )


def _submitted(_result: None) -> None:
    for name in ("at_documents", "click"):
        st.session_state.pop(f"{KEY}_{name}", None)
    feedback.done("已提交至中心审核")
