"""The center's people (人员管理): who works here, new staff, roles by two persons, passwords, the lock."""

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import (
    brand,
    case_timeline,
    confirming,
    counted_tabs,
    entries,
    feedback,
    signing,
)
from components.opened import Opened
from data.enums import ADMINISTRATORS, OFFICERS, Branch, Role
from data.policy_codes import ProposalStatus
from services.actor import Actor
from services.administration import roles, users
from services.administration.roles import RoleChange
from services.administration.users import Person

TITLE = "人员管理"
ICON = ":material/group:"
KEY = "users"
OPENED = Opened(KEY)
SHARES = (1.1, 1.3, 1.2, 1.4, 0.9, 2.4)
CHANGES = (1.0, 2.0, 2.0, 2.4, 1.4, 1.2)


def render(actor: Actor) -> None:
    opened: Person | str | None = OPENED.subject
    with feedback.refusals():
        if isinstance(opened, Person):
            _person(actor, opened)
        elif opened == "new":
            _new(actor)
        else:
            _list(actor)
        return
    OPENED.way_back()


def _list(actor: Actor) -> None:
    brand.title(TITLE, "中心人员的角色、管理部、密码和停用；角色变更须由另一名管理员复核。")
    changes = roles.listed(actor)
    waiting = [one for one in changes if one.trace.status is ProposalStatus.PENDING]
    now, pending, past = counted_tabs.draw(
        {"中心人员": None, "待复核": len(waiting), "变更记录": None}, key=f"{KEY}_tabs"
    )
    with now:
        if actor.role is Role.ADMINISTRATOR and st.button("新增人员", key="new_person"):
            OPENED.open("new")
        _staff(actor)
    with pending:
        _pending(actor, waiting)
    with past:
        _past([one for one in changes if one not in waiting])


def _staff(actor: Actor) -> None:
    with st.container(key="list_staff", gap=None):
        doing = "操作" if actor.role in ADMINISTRATORS else ""
        entries.head(("姓名", "用户名", "角色", "管理部", "UKey", "状态", doing), SHARES)
        for one in users.staff(actor):
            cells = (one.name, one.username or "—", one.role.label,
                     one.branch.label if one.branch else "—", f"{one.keys}支", _state(one))  # fmt: skip
            buttons = entries.row(cells, SHARES)
            may = actor.role in ADMINISTRATORS and one.id != actor.user_id
            if may and buttons.button("办理", key=f"person_{one.id}"):
                OPENED.open(one)


def _state(one: Person) -> str:
    if not one.active:
        return "已停用"
    words = ["在用"]
    words += [f"密码锁定至{one.locked_until:%H:%M}"] if one.locked_until else []
    words += ["有角色变更待复核"] if one.waiting else []
    return "，".join(words)


def _pending(actor: Actor, waiting: list[RoleChange]) -> None:
    if not waiting:
        brand.quiet("暂无待复核的角色变更。系统管理员提出后会显示在这里。")
        return
    above = st.container(width=brand.FORM_WIDTH)
    opinion = st.text_input(
        "退回原因（退回时必填）", key=f"{KEY}_opinion", max_chars=500, width=brand.FORM_WIDTH
    )
    with st.container(key="list_role_changes", gap=None):
        entries.head(("姓名", "变更前", "变更后", "依据", "提出时间", "提出人", "操作"), CHANGES)
        for one in waiting:
            trace = one.trace
            cells = (one.name, one.before, one.after, trace.source,
                     case_timeline.moment(trace.proposed_at), trace.proposer)  # fmt: skip
            buttons = entries.row(cells, CHANGES)
            act: Callable[[Actor], None] | None = None
            if trace.is_own:
                if buttons.button("撤回", key=f"withdraw_{trace.id}"):
                    act = partial(roles.withdraw, proposal_id=trace.id)
            elif actor.role in ADMINISTRATORS:
                if buttons.button("确认", key=f"confirm_{trace.id}"):
                    act = partial(roles.confirm, proposal_id=trace.id)
                if buttons.button("退回", key=f"reject_{trace.id}"):
                    act = partial(roles.reject, proposal_id=trace.id, opinion=opinion)
            if act:
                with above, feedback.refusals():
                    signing.begin(actor, act, partial(_handled, one.name))


def _handled(name: str, _: object) -> None:
    feedback.done(f"{name}的角色变更已办理")


def _past(changes: list[RoleChange]) -> None:
    if not changes:
        brand.quiet("暂无角色变更记录。")
        return
    with st.container(key="list_past_changes", gap=None):
        heads = ("姓名", "变更前", "变更后", "依据", "复核时间", "结果", "签名证据")
        entries.head(heads, CHANGES)
        for one in changes:
            trace = one.trace
            cells = (one.name, one.before, one.after, trace.source,
                     case_timeline.moment(trace.decided_at), trace.status.label)  # fmt: skip
            with entries.row(cells, CHANGES):
                for act, evidence_id in trace.evidence:
                    brand.link(act, f"/download/evidence/{evidence_id}")


def _place(key: str, role: Role | None, branch: Branch | None) -> tuple[Role, Branch | None]:
    """Draw 角色 and, for an officer, 管理部."""
    left, right = st.columns(2)
    choices: list[Role] = list(users.STAFF)
    chosen = left.selectbox("角色（必填）", choices, key=f"{key}_role",
                            index=choices.index(role) if role else 0,
                            format_func=lambda one: one.label)  # fmt: skip
    if chosen not in OFFICERS:
        return chosen or choices[0], None
    branches = list(Branch)
    where = right.selectbox("管理部（必填）", branches, key=f"{key}_branch",
                            index=branches.index(branch) if branch else 0,
                            format_func=lambda one: one.label)  # fmt: skip
    return chosen or choices[0], where


def _new(actor: Actor) -> None:
    brand.title("新增人员", "新增后由安全管理员在【证书管理】中绑定UKey，方可登录。")
    with st.container(width=brand.FORM_WIDTH):
        left, right = st.columns(2)
        name = left.text_input("姓名（必填）", key=f"{KEY}_name", max_chars=30)
        username = right.text_input("用户名（必填）", key=f"{KEY}_username", max_chars=40)
        role, branch = _place(KEY, None, None)
        password = st.text_input(
            "初始密码（必填，12位以上）", key=f"{KEY}_password", type="password"
        )
    above = st.container(width=brand.FORM_WIDTH)
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        if st.button("返回列表", key=f"{KEY}_back"):
            OPENED.leave()
        pressed = st.button("确认新增", type="primary", key=f"{KEY}_create")
    if pressed:
        with above, feedback.refusals():
            users.create(actor, name=name, username=username, role=role, branch=branch,
                         password=password)  # fmt: skip
            feedback.notice(f"{name.strip()}已新增")
            OPENED.leave()


def _person(actor: Actor, one: Person) -> None:
    where = one.branch.label if one.branch else "住房公积金管理中心"
    brand.title(f"{one.name}　{one.username}", f"{one.role.label}　{where}　{_state(one)}")
    above = st.container(width=brand.FORM_WIDTH)
    if actor.role is Role.ADMINISTRATOR:
        _role_change(actor, one, above)
        _password(actor, one, above)
    _account(actor, one, above)
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        if st.button("返回列表", key=f"{KEY}_back"):
            OPENED.leave()


def _role_change(actor: Actor, one: Person, above: DeltaGenerator) -> None:
    st.markdown("**变更角色或管理部（须另一名管理员复核）**")
    with st.container(width=brand.FORM_WIDTH):
        role, branch = _place(KEY, one.role, one.branch)
        source = st.text_input("依据（必填）", key=f"{KEY}_source", max_chars=255,
                               placeholder="任免文件名称和文号")  # fmt: skip
        if st.button("提交复核", key=f"{KEY}_propose"):
            with above, feedback.refusals():
                signing.begin(
                    actor,
                    lambda signer: roles.propose(
                        signer, one.id, role=role, branch=branch, source=source
                    ),
                    lambda _: _left("角色变更已提交复核"),
                )


def _password(actor: Actor, one: Person, above: DeltaGenerator) -> None:
    st.markdown("**重置密码**")
    with st.container(horizontal=True, vertical_alignment="bottom", width=brand.FORM_WIDTH):
        password = st.text_input("新密码（12位以上）", key=f"{KEY}_password", type="password",
                                 width=360)  # fmt: skip
        if st.button("重置密码", key=f"{KEY}_reset"):
            _act(above, lambda: users.reset_password(actor, one.id, password),
                 f"{one.name}的密码已重置，已登录的会话已结束")  # fmt: skip


def _account(actor: Actor, one: Person, above: DeltaGenerator) -> None:
    st.markdown("**停用和解锁**")
    with st.container(horizontal=True, width=brand.FORM_WIDTH):
        if one.locked_until and st.button("解除密码锁定", key=f"{KEY}_unlock"):
            _act(above, lambda: users.unlock(actor, one.id), f"{one.name}的密码锁定已解除")
        if one.active:
            if st.button("停用", key=f"{KEY}_disable"):
                confirming.ask(
                    f"确定停用{one.name}？停用后立即退出登录，恢复使用前不能再登录。",
                    lambda who: users.disable(who, one.id),
                    f"{one.name}已停用，已登录的会话已结束", OPENED.leave,
                )  # fmt: skip
        elif actor.role is Role.ADMINISTRATOR and st.button("恢复使用", key=f"{KEY}_enable"):
            _act(above, lambda: users.enable(actor, one.id), f"{one.name}已恢复使用")


def _act(above: DeltaGenerator, act: Callable[[], object], done: str) -> None:
    """Do it and go back to the list; a refusal is said above the person's forms."""
    with above, feedback.refusals():
        act()
        _left(done)


def _left(done: str) -> None:
    feedback.notice(done)
    OPENED.leave()
