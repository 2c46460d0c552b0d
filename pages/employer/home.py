"""The employer's home (首页, manual H1–H3): cards, what is due, the ten businesses, the tasks."""

import streamlit as st

from components import brand, counted_tabs, session, task_list, work_list
from data.enums import BusinessKind, CaseStatus
from services import home, inbox
from services.actor import Actor
from services.base_adjustment import approval
from services.base_adjustment.approval import Season
from services.home import Home
from services.inbox import Tab

TITLE = "首页"
ICON = ":material/home:"
TILES_IN_A_ROW = 5
TABS = "home_tabs"
#: The most pressing first.
STATES = (CaseStatus.RETURNED, CaseStatus.REJECTED, CaseStatus.DRAFT, CaseStatus.PENDING)
STATUS_CHANGES = (BusinessKind.SEALING, BusinessKind.UNSEALING)
STEPS = "下载模板并填写", "批量导入（{rows:,}/{people:,}人）", "上传材料", "提交审批", "中心审批"


def render(actor: Actor) -> None:
    facts = home.home(actor)
    _cards(actor, facts)
    _due(actor, facts)
    work_list.show(actor)
    _tiles(facts)
    _tasks(actor)


def _cards(actor: Actor, facts: Home) -> None:
    who = session.signed_in()
    ends = f"{who.certificate_ends:%Y-%m-%d}" if who else "—"
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
            ("缴存人数", f"正常{facts.normal:,}人，封存{facts.sealed:,}人"),
            ("月缴存额", f"{facts.monthly_amount:,.2f}元"),
            ("缴至年月", facts.paid_to), ("已核定至", facts.assessed_to),
        ])  # fmt: skip
    with clerk:
        brand.facts("经办人信息", [
            ("姓名", facts.clerk), ("手机号码", facts.clerk_mobile),
            ("固定电话", facts.clerk_landline), ("身份", actor.role.label),
            ("证书到期", ends), ("办理渠道", "网厅"),
        ])  # fmt: skip


def _due(actor: Actor, facts: Home) -> None:
    parts = [_months(facts)]
    for state in STATES:
        if names := [
            _named(kind, by[state]) for kind, by in facts.open_cases.items() if state in by
        ]:
            parts.append(f"{_state(state)}：{'、'.join(names)}")
    is_pressing = any(state in by for state in STATES[:2] for by in facts.open_cases.values())
    brand.banner("本月待办　" + "　·　".join(parts), "warn" if is_pressing else "info")
    if season := approval.season(actor):
        _season(season)


def _months(facts: Home) -> str:
    """Say which months are to be assessed, and for how much."""
    due, amount = facts.due_months, f"月缴存额 {facts.monthly_amount:,.2f}元"
    if not due:
        return f"汇缴已核定至{facts.assessed_to}"
    if len(due) == 1:
        return f"应核定 {due[0].label}，{amount}"
    return f"应核定 {due[0].label}至{due[-1].label}，共{len(due)}个月，每{amount}"


def _season(season: Season) -> None:
    """Draw how far the year's base adjustment has come, and what remains."""
    with st.container(key="season", horizontal=True, vertical_alignment="center"):
        left = f"剩{season.days_left}天" if season.days_left else "今天截止"
        brand.label(f"{season.year}年度基数调整（{season.closes}前办理，{left}）")
        names = [name.format(rows=season.rows, people=season.people) for name in STEPS]
        brand.steps(names, _step(season))


def _step(season: Season) -> int:
    if season.is_submitted:
        return 4
    if not season.rows:
        return 0
    return 1 if season.rows < season.people else 3 if season.has_documents else 2


def _state(status: CaseStatus) -> str:
    return "未提交" if status is CaseStatus.DRAFT else status.label


def _named(kind: BusinessKind, count: int) -> str:
    return f"{kind.label}{count}笔" if count > 1 else kind.label


def _page_of(kind: BusinessKind) -> str:
    """Return the title of the page where this business is done."""
    return "缴存人状态变更" if kind in STATUS_CHANGES else kind.label


def _tiles(facts: Home) -> None:
    pages = st.session_state["business_pages"]
    states: dict[str, str] = {}
    for state in reversed(STATES):
        for kind, by in facts.open_cases.items():
            if state in by:
                states[_page_of(kind)] = _state(state) + (
                    f" {by[state]}笔" if by[state] > 1 else ""
                )
    if due := facts.due_months:
        states.setdefault(BusinessKind.REMITTANCE.label, f"应核定{due[0].label}")
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
    tabs = counted_tabs.draw({tab.value: counts[tab] for tab in Tab}, key=TABS)
    for tab, place in zip(Tab, tabs, strict=True):
        if place.open:
            with place:
                task_list.show(actor, tab)
                with st.container(horizontal=True, horizontal_alignment="right"):
                    if st.button("更多", key=f"more_{tab.name}", type="tertiary"):
                        st.session_state["inbox_tab"] = tab
                        st.switch_page(st.session_state["inbox_page"])
