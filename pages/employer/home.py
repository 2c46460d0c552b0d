"""The employer's home (首页, manual H1–H3): cards, what is due, the ten businesses, the tasks."""

import streamlit as st

from components import brand, task_list, work_list
from data.enums import CaseStatus
from services import home, inbox
from services.actor import Actor
from services.base_adjustment import approval
from services.home import Home
from services.inbox import Tab

TITLE = "首页"
ICON = ":material/home:"
TILES_IN_A_ROW = 5
TABS = "home_tabs"


def render(actor: Actor) -> None:
    facts = home.home(actor)
    _cards(facts)
    _due(actor, facts)
    work_list.show(actor)
    _tiles(facts)
    _tasks(actor)


def _cards(facts: Home) -> None:
    employer, account, clerk = st.columns((1.25, 1, 0.8), gap="small")
    with employer:
        brand.facts("单位信息", [
            ("单位名称", facts.name), ("单位账号", facts.number),
            ("统一社会信用代码", facts.uscc), ("单位性质", facts.kind),
            ("所属管理部", facts.branch), ("单位地址", facts.address),
        ])  # fmt: skip
    with account:
        brand.facts("账户信息", [
            ("账户状态", facts.status), ("缴存比例", facts.rates),
            ("缴存人数", f"正常{facts.normal}人，封存{facts.sealed}人"),
            ("月缴存额", f"{facts.monthly_amount:,.2f}元"),
            ("缴至年月", facts.paid_to), ("已核定至", facts.assessed_to),
        ])  # fmt: skip
    with clerk:
        brand.facts("经办人信息", [
            ("姓名", facts.clerk), ("手机号码", facts.clerk_mobile),
            ("固定电话", facts.clerk_landline), ("单位发薪日", f"每月{facts.payday}日"),
            ("开户日期", str(facts.opened_on)), ("办理渠道", "网厅"),
        ])  # fmt: skip


def _due(actor: Actor, facts: Home) -> None:
    parts = [f"应核定 {facts.next_month.label}，月缴存额 {facts.monthly_amount:,.2f}元"]
    parts += [f"{kind.label}：{_state(status)}" for kind, status in facts.open_cases.items()]
    if due := approval.due(actor):
        parts.append(f"{due.year}年度基数调整尚未办理，请于{due.closes}前完成")
    brand.banner("本月待办　" + "　·　".join(parts))


def _state(status: CaseStatus) -> str:
    return "未提交" if status is CaseStatus.DRAFT else status.label


def _tiles(facts: Home) -> None:
    pages = st.session_state["business_pages"]
    states = {kind.label: _state(status) for kind, status in facts.open_cases.items()}
    with st.container(key="tiles", gap="small"):
        for start in range(0, len(pages), TILES_IN_A_ROW):
            row = st.columns(TILES_IN_A_ROW, gap="small")
            for column, page in zip(row, pages[start : start + TILES_IN_A_ROW], strict=False):
                with column:
                    _tile(page, states.get(page.title, ""))


def _tile(page: st.Page, state: str) -> None:
    state = state or st.session_state["business_notes"].get(page.title, "")
    label = f"{page.title}　:small[:gray[{state}]]" if state else page.title
    if st.button(label, icon=page.icon, key=f"tile_{page.url_path}", width="stretch"):
        st.switch_page(page)


def _tasks(actor: Actor) -> None:
    counts = inbox.counts(actor)
    labels = {tab: f"{tab.value}（{counts[tab]}）" for tab in Tab}
    _stay_on_tab(labels)
    tabs = st.tabs(list(labels.values()), key=TABS, on_change="rerun")
    for tab, place in zip(Tab, tabs, strict=True):
        if place.open:
            with place:
                task_list.show(actor, tab)
                with st.container(horizontal=True, horizontal_alignment="right"):
                    if st.button("更多", key=f"more_{tab.name}", type="tertiary"):
                        st.session_state["inbox_tab"] = tab
                        st.switch_page(st.session_state["inbox_page"])


def _stay_on_tab(labels: dict[Tab, str]) -> None:
    """Keep the tab that is open although its label, which holds a count, has changed."""
    open_label = str(st.session_state.get(TABS) or "")
    for tab, label in labels.items():
        if open_label.startswith(f"{tab.value}（") and open_label != label:
            st.session_state[TABS] = label
