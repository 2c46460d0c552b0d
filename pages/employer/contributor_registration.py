"""Registration (缴存人登记, manual B7): the form, the import, the opening roster, the opening."""

import secrets

import pandas as pd
import streamlit as st

from components import (
    brand,
    confirming,
    feedback,
    person_form,
    person_roster,
    roster_import,
    session,
    signing,
)
from components.form_fields import Fields
from components.roster import EDGE, ROW, Heading
from services import slips
from services.actor import Actor
from services.approval.refusals import RowsRefused
from services.contributor_registration import approval, outcome, roster, workbook
from services.contributor_registration.approval import Situation
from services.contributor_registration.entry import Entry
from services.contributor_registration.facts import SEALED_HERE
from services.contributor_registration.importing import IMPORT
from services.contributor_registration.roster import Effect, WrongEntry
from services.imports import Found
from services.rules import identity

TITLE = "缴存人登记"
ICON = ":material/person_add:"
KEY = "contributor_registration"
STEPS = ["录入或导入", "核对开户清册", "确认开户"]
UNSEALING_PAGE = "缴存人状态变更"
HEADINGS = {
    "row": Heading("序号", width=46),
    "kind": Heading("类型", width=50),
    "name": Heading("姓名", width=76),
    "id_type": Heading("证件类型", width=70),
    "id_number": Heading("证件号码", width=152),
    "sex": Heading("性别", width=46),
    "born_on": Heading("出生日期", width=88),
    "mobile": Heading("手机号码", width=100),
    "base": Heading("缴存基数", is_money=True, width=84),
    "employer_amount": Heading("单位缴存", is_money=True, width=84),
    "contributor_amount": Heading("个人缴存", is_money=True, width=84),
    "first_month": Heading("首次汇缴", width=76),
    "note": Heading("核对提示", width=170),
}


def render(actor: Actor) -> None:
    now = approval.situation(actor)
    brand.title(
        TITLE,
        "为新增职工开立个人账户，或将其在其他单位已封存的账户转入本单位。确认开户后立即生效，无需中心审批。",
        guide="/handbook",
    )
    if now.objection:
        brand.banner(now.objection, "stop")
    _result(actor, now)
    brand.steps(STEPS, 1 if now.effect.people else 0)
    if not now.objection:
        _entry(actor)
    _roster(actor)


def _result(actor: Actor, now: Situation) -> None:
    """Show the accounts just opened; offer those of the last time."""
    case_id = st.session_state.get(f"{KEY}_result")
    if case_id is None:
        last = now.last
        if last and st.button(
            f"查看上次开户结果（{last.people:,}人，流水号{last.serial}）", type="tertiary"
        ):
            _show_result(last.case_id)
            st.rerun()
        return
    frame = outcome.outcome(actor, case_id)
    brand.banner(f"开户成功，共{len(frame)}人，个人账号如下。", "good")
    frame["证件号码"] = frame["证件号码"].map(identity.masked)
    _outcome_table(frame)
    with st.container(horizontal=True):
        if slip := st.session_state.get(f"{KEY}_result_slip"):
            brand.link("下载开户结果", f"/download/slip/{slip}")
        elif st.button("生成开户结果文件"):
            content = outcome.outcome_workbook(actor, case_id)
            st.session_state[f"{KEY}_result_slip"] = slips.keep(actor, "开户结果.xlsx", content)
            st.rerun()
        if st.button("收起"):
            st.session_state.pop(f"{KEY}_result")
            st.rerun()


def _show_result(case_id: int) -> None:
    st.session_state[f"{KEY}_result"] = case_id
    st.session_state.pop(f"{KEY}_result_slip", None)


def _outcome_table(frame: pd.DataFrame) -> None:
    money = ("缴存基数", "单位月缴存额", "个人月缴存额")
    config = {
        name: st.column_config.NumberColumn(name, format="%,.2f", alignment="right")
        for name in money
    }
    config["序号"] = st.column_config.NumberColumn("序号", alignment="left")  # as in every roster
    st.dataframe(
        frame, column_config=config, hide_index=True, height=min(ROW * (len(frame) + 1) + EDGE, 250)
    )


@session.fragment
def _entry(actor: Actor) -> None:
    """Draw the form of one person, and the way to enter many."""
    fields, now = Fields(KEY), approval.situation(actor)
    with st.container(border=True, width=brand.FORM_WIDTH):
        entry = person_form.draw(fields, now.terms)
        is_sealed_here = fields.is_blamed(SEALED_HERE)
        with st.container(horizontal=True, horizontal_alignment="right"):
            if is_sealed_here and st.button("去办理启封"):
                st.session_state.update(go_to=UNSEALING_PAGE, unseal_id_number=entry.id_number)
                st.rerun()
            if st.button("批量导入") or roster_import.is_wanted(IMPORT):
                roster_import.forget(KEY)
                _import()
            is_first = not now.effect.people  # one primary button a page: afterwards 确认开户 is
            if st.button("录入清册", type="primary" if is_first else "secondary", key=f"{KEY}_add"):
                _add(actor, fields, entry)


def _add(actor: Actor, fields: Fields, entry: Entry) -> None:
    with feedback.refusals():
        try:
            roster.add(actor, entry)
        except WrongEntry as wrong:
            fields.blame(wrong.faults)
            st.rerun(scope="fragment")
        fields.renew()
        person_roster.renew(KEY)
        feedback.done(f"{entry.name}已录入开户清册")


@session.fragment
def _roster(actor: Actor) -> None:
    now = approval.situation(actor)
    frame = roster.roster(actor)
    if frame.empty:
        with st.container(width=brand.FORM_WIDTH):
            brand.quiet("开户清册为空。请填写上方表单后点击【录入清册】，或点击【批量导入】。")
        return
    st.markdown(
        "**开户清册**　:small[:gray[已为您保存，退出后可继续办理；勾选行可只办理或删除选中的人员]]"
    )
    _figures(now.effect)
    chosen = person_roster.show(frame, HEADINGS, key=KEY, on_delete=_confirm_delete)
    with st.container(horizontal=True, horizontal_alignment="right"):
        label = f"确认开户（选中{len(chosen)}人）" if chosen else f"确认开户（全部{len(frame)}人）"
        if st.button(label, type="primary", disabled=now.objection is not None, help=now.objection):
            picked = frame[frame["account"].isin(chosen)] if chosen else frame
            st.session_state[f"{KEY}_click"] = secrets.token_hex(16)
            st.session_state.pop(f"{KEY}_refused", None)
            _confirm(picked)


def _figures(effect: Effect) -> None:
    brand.figures(
        [
            ("清册人数", f"{effect.people:,}", ""),
            ("其中转入", f"{effect.moving_in:,}", ""),
            ("单位月缴存额", f"{effect.employer_amount:,.2f}", ""),
            ("个人月缴存额", f"{effect.contributor_amount:,.2f}", ""),
            ("月缴存额合计", f"{effect.amount:,.2f}", ""),
        ]
    )


@st.dialog("确认开户")
def _confirm(picked: pd.DataFrame) -> None:
    moving = int((picked["kind"] == "转入").sum())
    also = f"，其中{moving}人转入原有账户" if moving else ""
    st.write(
        f"将为{len(picked)}名职工开户{also}，月缴存额增加{picked['amount'].sum():,.2f}元。"
        "开户立即生效，请确认信息无误。"
    )
    if refused := st.session_state.get(f"{KEY}_refused"):
        brand.banner("以下人员不能开户，本次一人也未办理。请从清册中删除后重试。", "stop")
        table = pd.DataFrame(refused, columns=["姓名", "原因"])
        st.dataframe(table, hide_index=True, height=min(ROW * (len(table) + 1) + EDGE, 250))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消", key=f"{KEY}_confirm_no"):
            st.rerun()
        if st.button("确定", type="primary", key=f"{KEY}_confirm_yes"):
            with feedback.refusals(), st.spinner("正在开户，请稍候…", show_time=True):
                _open_accounts(approval.line_ids(picked["account"]))


@session.acting
def _open_accounts(actor: Actor, line_ids: list[int]) -> None:
    click = st.session_state[f"{KEY}_click"]
    try:
        signing.begin(actor, lambda who: approval.confirm(who, line_ids, client_id=click), _opened)
    except RowsRefused as refusal:
        st.session_state[f"{KEY}_refused"] = refusal.rows
        st.rerun(scope="fragment")


@session.acting
def _opened(actor: Actor, case_id: int) -> None:
    _show_result(case_id)
    content = outcome.outcome_workbook(actor, case_id)
    st.session_state[f"{KEY}_result_slip"] = slips.keep(actor, "开户结果.xlsx", content)
    person_roster.renew(KEY)
    feedback.done("您已完成办理缴存人登记！")


@st.dialog("删除确认")
def _confirm_delete(accounts: list[str]) -> None:
    st.write(f"确定从开户清册中删除选中的{len(accounts)}人？删除后可重新录入。")

    def delete(actor: Actor) -> None:
        roster.delete_rows(actor, approval.line_ids(accounts))
        person_roster.renew(KEY)
        feedback.done(f"已删除{len(accounts)}人")

    confirming.answer(delete)


@st.dialog("批量导入", width="large")
def _import() -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    actor = who.actor
    choose, fetch = st.columns((1, 2), vertical_alignment="bottom")
    rates = choose.selectbox("选择缴存比例（单位+个人）", workbook.rates(actor))
    with fetch, feedback.refusals():
        roster_import.template(
            actor, "下载模板", lambda: workbook.template(actor, rates), key=KEY, version=rates
        )
    roster_import.draw(
        actor, key=KEY, batch=IMPORT, hint="不超过5MB，最多5,000人", preview=_preview,
        renew=person_roster.renew,
    )  # fmt: skip


def _preview(found: Found) -> None:
    effect = Effect(**found.effect)
    brand.banner(f"检查通过：{effect.people:,}名职工的数据全部正确。", "good")
    _figures(effect)
