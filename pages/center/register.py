"""The register (单位和缴存人): search everything, open an employer's file, open a new employer."""

from functools import partial

import streamlit as st

from components import (
    brand,
    confirming,
    employer_file_view,
    employer_opening_form,
    entries,
    feedback,
)
from components.kept import keep
from components.opened import Opened
from data.enums import ADMINISTRATORS, OFFICERS, ContributorStatus, Role
from services.actor import Actor
from services.administration import users
from services.register import (
    employer_file,
    employer_months,
    employer_records,
    opening,
    search,
)
from services.register.employer_file import Clerk, EmployerFile
from services.register.opening import Form
from services.remittance import balances

TITLE = "单位和缴存人"
ICON = ":material/search:"
KEY = "register"
NEW = "new"
OPENED = Opened(KEY, by_number=True)
WORDS = f"words_of_{KEY}"  # outlive what `leave` forgets
EMPLOYERS = (1.3, 3.0, 1.8, 1.3, 1.0)
PEOPLE = (1.3, 1.0, 1.8, 1.0, 1.3, 2.6)


def render(actor: Actor) -> None:
    opened: int | str | None = OPENED.subject
    with feedback.refusals():
        if opened == NEW:
            _opening(actor)
        elif isinstance(opened, int):
            _file(actor, opened)
        else:
            _search(actor)
        return
    OPENED.way_back("返回查找")


def _search(actor: Actor) -> None:
    where = f"{actor.branch.label}的" if actor.role in OFFICERS and actor.branch else "全中心的"
    brand.title(TITLE, f"查找{where}单位和缴存人，打开单位档案。")
    keep(WORDS, "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "查找", key=WORDS, width=520,
            placeholder="单位账号、名称、信用代码，个人账号、姓名、证件号码或后四位", max_chars=60,
        )  # fmt: skip
        st.button("查找", type="primary", key=f"{KEY}_search")
        if actor.role in OFFICERS and st.button("单位开户", key=f"{KEY}_open_new"):
            OPENED.open(NEW)
    if not words.strip():
        brand.quiet("请输入要查找的内容，按回车或点击【查找】。")
        return
    _found(search.search(actor, words))


def _found(found: search.Found) -> None:
    if not (found.employers or found.people):
        brand.quiet(
            "没有找到。请核对账号、名称或证件号码；名称可只输入其中几个字，姓名须从姓开始。"
        )
        return
    if found.has_more:
        brand.banner(
            f"结果超过{search.MOST}条，只显示前{search.MOST}条，请输入更完整的内容。", "warn"
        )
    if found.employers:
        st.markdown(f"**单位（{len(found.employers)}）**")
        with st.container(key="list_employers", gap=None):
            entries.head(
                ("单位账号", "单位名称", "统一社会信用代码", "管理部", "状态", "操作"), EMPLOYERS
            )
            for one in found.employers:
                cells = (one.number, one.name, one.uscc, one.branch, one.status.label)
                if entries.row(cells, EMPLOYERS).button("打开", key=f"open_{one.id}"):
                    OPENED.open(one.id)
    if found.people:
        st.markdown(f"**缴存人（{len(found.people)}）**")
        with st.container(key="list_people", gap=None):
            heads = ("个人账号", "姓名", "证件号码", "状态", "单位账号", "单位名称", "操作")
            entries.head(heads, PEOPLE)
            for who in found.people:
                cells_of = (who.account, who.name, who.id_number, who.status.label,
                            who.employer_number, who.employer_name)  # fmt: skip
                buttons = entries.row(cells_of, PEOPLE)
                if buttons.button("打开单位", key=f"open_of_{who.account}"):
                    OPENED.open(who.employer_id)


def _file(actor: Actor, employer_id: int) -> None:
    file = employer_file.opened(actor, employer_id)
    brand.title(f"{file.name}　{file.number}", "单位档案：登记、人员、业务、汇缴和欠缴。")
    if st.button("返回查找", key=f"{KEY}_back"):
        OPENED.leave()
    employer_file_view.facts(file)
    _clerks(actor, file)
    names = [f"缴存人（{file.normal + file.sealed:,}）", "业务", "汇缴核定", "欠缴"]
    may_see_money = actor.role in (*OFFICERS, Role.AUDITOR)
    tabs = st.tabs([*names, "未分摊台账"] if may_see_money else names)
    with tabs[0]:
        _people(actor, employer_id)
    with tabs[1]:
        employer_file_view.cases(
            employer_records.cases(actor, employer_id),
            None if actor.role is Role.MANAGER else partial(employer_records.course, actor),
            key=f"{KEY}_case_{employer_id}",
        )
    with tabs[2]:
        employer_file_view.months(employer_months.months(actor, employer_id))
    with tabs[3]:
        employer_file_view.owed(employer_months.owed(actor, employer_id))
    if may_see_money:
        with tabs[4]:
            employer_file_view.ledger(balances.ledger(actor, employer_id))


def _clerks(actor: Actor, file: EmployerFile) -> None:
    """Draw what may be done about the clerks: officers add one, administrators stop and let in."""
    if actor.role in OFFICERS:
        with st.expander("新增经办人（核对授权书和身份证后办理）"):
            with st.container(horizontal=True, vertical_alignment="bottom"):
                name = st.text_input("姓名", key=f"{KEY}_clerk_name", max_chars=30, width=200)
                mobile = st.text_input(
                    "手机号码", key=f"{KEY}_clerk_mobile", max_chars=11, width=200
                )
                pressed = st.button("确认新增", key=f"{KEY}_clerk_add")
            if pressed:
                with feedback.refusals():
                    opening.add_clerk(actor, file.id, name=name, mobile=mobile)
                    for field in ("clerk_name", "clerk_mobile"):
                        st.session_state.pop(f"{KEY}_{field}", None)
                    feedback.done(f"经办人{name.strip()}已新增，请在【证书管理】中绑定UKey")
    if actor.role in ADMINISTRATORS and file.clerks:
        with st.container(horizontal=True):
            for clerk in file.clerks:
                may = clerk.active or actor.role is Role.ADMINISTRATOR
                word = "停用" if clerk.active else "恢复"
                if may and st.button(f"{word}{clerk.name}", key=f"{KEY}_clerk_{clerk.id}"):
                    _stop_or_let_in(clerk, word)


def _stop_or_let_in(clerk: Clerk, word: str) -> None:
    act = users.disable if clerk.active else users.enable
    after = "立即退出登录，恢复前不能再登录" if clerk.active else "可凭有效的UKey登录"
    confirming.ask(
        f"确定{word}经办人{clerk.name}？{word}后{after}。",
        lambda who: act(who, clerk.id), f"经办人{clerk.name}已{word}", st.rerun,
    )  # fmt: skip


def _people(actor: Actor, employer_id: int) -> None:
    statuses: list[ContributorStatus | None] = [None, *ContributorStatus]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        status = st.selectbox("账户状态", statuses, key=f"{KEY}_status", width=200,
                              format_func=lambda one: one.label if one else "全部")  # fmt: skip
        page = int(st.session_state.get(f"{KEY}_page") or 1)
    found = employer_records.people(actor, employer_id, page=page, status=status)
    employer_file_view.people(found)
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.pages > 1:
            st.pagination(found.pages, key=f"{KEY}_page")
        st.caption(f"共{found.count:,}人")


def _opening(actor: Actor) -> None:
    done: opening.Opened | None = st.session_state.get(f"{KEY}_done")
    if done:
        brand.title("单位开户", "开户已完成。")
        brand.banner(
            f"{done.name}已开户，单位账号{done.number}。经办人{done.clerk}尚未绑定UKey，"
            "请在【证书管理】中为其绑定后，方可登录办理业务。", "good",
        )  # fmt: skip
        with st.container(horizontal=True):
            if st.button("打开单位档案", type="primary", key=f"{KEY}_to_file"):
                del st.session_state[f"{KEY}_done"]
                OPENED.open(done.employer_id)
            if st.button("返回查找", key=f"{KEY}_back"):
                OPENED.leave()
        return
    choices = opening.choices(actor)
    brand.title("单位开户", f"在{choices.branch.label}为单位设立账户，并登记第一名经办人。")

    def send(form: Form) -> None:
        st.session_state[f"{KEY}_done"] = opening.open_employer(actor, form)
        st.rerun()

    employer_opening_form.draw(choices, key=KEY, send=send, leave=OPENED.leave)
