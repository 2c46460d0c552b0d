"""Money (到账与催缴) at the center: the bank's credits, what is unallocated, who is behind."""

from decimal import Decimal

import pandas as pd
import streamlit as st

from components import (
    arrival_form,
    brand,
    correction_view,
    counted_tabs,
    entries,
    feedback,
    roster,
    roster_import,
    session,
)
from components.form_fields import Fields
from components.roster import Heading
from data.policy_codes import ProposalStatus
from services import arrears
from services.actor import Actor
from services.arrears import Behind
from services.imports import Found
from services.remittance import arrivals, arrivals_workbook, balances, correction_list
from services.remittance.arrivals_importing import IMPORT
from services.remittance.balances import Balance
from services.remittance.credits import WrongCredit
from services.rules.months import Month

TITLE = "到账与催缴"
ICON = ":material/account_balance:"
KEY = "arrivals"
FIELDS = Fields("credit")
A_PAGE = 20
LEDGER_TALLEST = 260  # pixels: what is proposed beneath it stands on a screen of 768 too
BALANCE_SHARES = (1.4, 3.2, 1.4, 1.2)
BALANCE_NUMBERS = (2,)
BEHIND_SHARES = (1.4, 2.8, 0.7, 0.9, 2.2, 1.3, 1.1)
BEHIND_NUMBERS = (2, 3, 5)


def render(actor: Actor) -> None:
    brand.title(TITLE, "登记银行到账，款项足额的月度按顺序入账；不足的留作未分摊。")
    with st.container(horizontal=True):
        if st.button("登记到账", type="primary", key=f"{KEY}_enter"):
            FIELDS.renew()
            _enter()
        is_asked = st.button("批量导入", key=f"{KEY}_import")
        if is_asked or roster_import.is_wanted(IMPORT):
            roster_import.forget(KEY)
            _import()
    # Asked on every run: what the two lists hold is also what their tabs say.
    owing = arrears.behind(actor)
    words = str(st.session_state.get(f"{KEY}_words") or "").strip()
    page = int(st.session_state.get(f"{KEY}_balances") or 1)
    left = balances.unallocated(actor, words, page=page)
    if not left.rows and page > 1:  # the last page has emptied
        _first_page()
        st.rerun()
    corrected = correction_list.corrections(actor)
    waiting = sum(row.status is ProposalStatus.PENDING for row in corrected)
    first, second, third = counted_tabs.draw(
        {"未分摊余额": left.count, "催缴": len(owing), "资金更正": waiting}, key=f"{KEY}_tabs"
    )
    with first:
        _balances(left, words)
    if second.open:
        with second:
            _behind(owing)
    if third.open:
        with third:
            correction_view.listed(corrected)


def _balances(found: balances.Balances, words: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text_input(
            "单位账号或名称", key=f"{KEY}_words", max_chars=40, width=320, on_change=_first_page,
            placeholder="单位账号或名称，查台账（含余额为零的）", label_visibility="collapsed",
        )  # fmt: skip
        st.markdown(f"**共{found.count}家单位**　未分摊余额合计：{found.total:,.2f}元")
    if not found.rows:
        brand.quiet(
            "没有符合条件且有到账记录的单位，请核对单位账号或名称。"
            if words
            else "没有未分摊的款项。到账多于应缴或不足应缴时，余额会显示在这里。"
        )
        return
    with st.container(key="list_balances", gap=None):
        heads = ("单位账号", "单位名称", "未分摊余额", "最近变动", "操作")
        entries.head(heads, BALANCE_SHARES, numbers=BALANCE_NUMBERS)
        for row in found.rows:
            cells = (row.number, row.name, f"{row.balance:,.2f}", str(row.since))
            place = entries.row(cells, BALANCE_SHARES, numbers=BALANCE_NUMBERS)
            if place.button("台账", key=f"ledger_{row.employer_id}"):
                correction_view.FIELDS.renew()
                _ledger(row)
    if found.count > balances.A_PAGE:
        st.pagination(-(-found.count // balances.A_PAGE), key=f"{KEY}_balances")


def _first_page() -> None:
    st.session_state.pop(f"{KEY}_balances", None)


def _behind(found: list[Behind]) -> None:
    if not found:
        brand.quiet("没有欠缴的单位。")
        return
    total = sum((row.amount for row in found), Decimal("0.00"))
    st.markdown(
        f"**共{len(found)}家单位**　欠缴金额合计：{total:,.2f}元（未核定月度按该月人员计算）"
    )
    pages = -(-len(found) // A_PAGE)
    page = min(int(st.session_state.get(f"{KEY}_behind") or 1), pages)
    heads = ("单位账号", "单位名称", "人数", "欠缴月数", "欠缴年月", "欠缴金额", "本月催缴", "操作")
    with st.container(key="list_behind", gap=None):
        entries.head(heads, BEHIND_SHARES, numbers=BEHIND_NUMBERS)
        for row in found[(page - 1) * A_PAGE : page * A_PAGE]:
            cells = (
                row.number, row.name, f"{row.heads:,}", f"{len(row.months)}", _span(row.months),
                f"{row.amount:,.2f}", str(row.reminded_on or "—"),
            )  # fmt: skip
            place = entries.row(cells, BEHIND_SHARES, numbers=BEHIND_NUMBERS)
            key, is_told = f"remind_{row.employer_id}", row.reminded_on is not None
            if place.button("催缴", key=key, disabled=is_told, help=_why(is_told=is_told)):
                _remind(row)
    if pages > 1:
        st.pagination(pages, key=f"{KEY}_behind")


def _span(months: list[Month]) -> str:
    return str(months[0]) if len(months) == 1 else f"{months[0]}至{months[-1]}"


def _why(*, is_told: bool) -> str:
    return "本月已发送过催缴消息" if is_told else "向单位发送催缴消息"


def _remind(row: Behind) -> None:
    who = session.signed_in()
    with feedback.refusals():
        if who:
            arrears.remind(who.actor, row.employer_id)
            feedback.done(f"已向{row.name}发送催缴消息")


@st.dialog("未分摊台账", width="large")
def _ledger(row: Balance) -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    st.markdown(f"**{feedback.plain(row.name)}**　{row.number}")
    lines = balances.ledger(who.actor, row.employer_id)
    frame = pd.DataFrame(
        [
            (str(line.posted_on), line.kind.label, line.subject, line.money_in, line.money_out,
             line.balance, line.by)
            for line in lines
        ],
        columns=["日期", "类型", "银行流水号/汇缴年月", "转入金额", "转出金额", "未分摊余额", "经办"],
    )  # fmt: skip
    money = ("转入金额", "转出金额", "未分摊余额")
    headings = {name: Heading(name, is_money=name in money) for name in frame.columns}
    roster.show(frame, headings, key=f"{KEY}_ledger", on_edit=None, tallest=LEDGER_TALLEST)
    correction_view.propose(who.actor, row, lines)


@st.dialog("登记到账", width="large")
def _enter() -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    credit = arrival_form.draw(
        FIELDS, "", lambda one: next(iter(arrivals.foresee(who.actor, [one])), None)
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消"):
            st.rerun()
        if st.button("确定", type="primary"):
            try:
                outcome = arrivals.receive(who.actor, credit)
                feedback.done(f"{outcome.employer_name}：{outcome.text}")
            except WrongCredit as wrong:
                FIELDS.blame(wrong.faults)
                st.rerun(scope="fragment")


@st.dialog("批量导入到账", width="large")
def _import() -> None:
    who = session.signed_in()
    if who is None:
        st.rerun()
    actor = who.actor
    roster_import.template(
        actor, "下载模板", lambda: arrivals_workbook.template(actor), key=KEY, version="1"
    )
    roster_import.draw(
        actor,
        key=KEY,
        batch=IMPORT,
        hint="不超过5MB，最多5,000笔",
        preview=_preview,
        renew=roster.renew,
        begin="导入前系统会检查全部数据：有错误时一次列出，全部正确后点击【确定】才会登记并入账。",
        who="单位",
    )


def _preview(found: Found) -> None:
    effect = found.effect
    brand.banner(
        f"检查通过：{effect['credits']}笔到账，共{effect['total']:,.2f}元，"
        f"{len(effect['employers'])}家单位，可入账{effect['booked']}个月度。",
        "good",
    )
    frame = pd.DataFrame(effect["employers"], columns=["单位账号", "单位名称", "到账金额", "结果"])
    headings = {name: Heading(name, is_money=name == "到账金额") for name in frame.columns}
    roster.show(frame, headings, key=f"{KEY}_preview", on_edit=None)
