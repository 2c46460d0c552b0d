"""Certificates (证书管理): the keys in use, those that end soon, binding, and the revocation lists."""

import streamlit as st

from components import (
    brand,
    case_timeline,
    confirming,
    counted_tabs,
    entries,
    feedback,
    key_forms,
    plain_table,
    revocation_view,
)
from components.kept import keep
from components.opened import Opened
from data.enums import BindingStatus, Role
from services.actor import Actor
from services.administration import (
    certificate_list,
    certificates,
    demo_keys,
    revocation_lists,
)
from services.administration.certificate_list import Holder, Key

TITLE = "证书管理"
ICON = ":material/key:"
KEY = "certificates"
OPENED = Opened(KEY)
# What outlives what `leave` forgets: the list is found again as it was left.
TABS, WORDS, STATE, WHO = (f"{name}_of_{KEY}" for name in ("tabs", "words", "state", "who"))
BIND, LISTS, SOON, ALL = "绑定UKey", "吊销列表", "60天内到期", "在用及历史证书"
SHARES = (0.8, 0.9, 3.6, 1.5, 1.7, 0.7)
PEOPLE = (1.2, 1.2, 3.6, 1.2)


def render(actor: Actor) -> None:
    opened = OPENED.subject
    with feedback.refusals():
        if opened is None:
            _list(actor)
        else:
            what, subject = opened
            (_bind if what == "bind" else _key)(actor, subject)
        return
    OPENED.way_back()


def _list(actor: Actor) -> None:
    brand.title(TITLE, "UKey的绑定、换证、停用、恢复和注销；每次办理都留有记录。")
    soon = certificate_list.count(actor, soon=True)
    names: dict[str, int | None] = {ALL: None, SOON: soon}
    names |= {BIND: None} if actor.role in certificates.KEEPERS else {}
    names |= {LISTS: None} if actor.role in revocation_lists.READERS else {}
    for name, tab in zip(names, counted_tabs.draw(names, key=TABS, is_kept=True), strict=True):
        with tab:
            if name == BIND:
                _people(actor)
            elif name == LISTS:
                revocation_view.show(actor, key=KEY)
            elif name == ALL:
                _all(actor)
            else:
                found = certificate_list.keys(actor, soon=True, page=_page("soon", soon))
                empty = "没有60天内到期的UKey。到期前60天会显示在这里，也会提醒经办人本人。"
                _keys(actor, found, empty, "soon", soon)


def _page(name: str, total: int) -> int:
    """Return the page that she has turned to, while there is one."""
    key, pages = f"page_{name}_of_{KEY}", max(1, -(-total // certificate_list.A_PAGE))
    keep(key, 1)
    st.session_state[key] = min(int(st.session_state[key]), pages)
    return int(st.session_state[key])


def _first_page() -> None:
    st.session_state[f"page_all_of_{KEY}"] = 1


def _all(actor: Actor) -> None:
    keep(WORDS, "")
    keep(STATE, None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input("查找", key=WORDS, width=360, max_chars=60, on_change=_first_page,
                              placeholder="姓名、单位账号或单位名称")  # fmt: skip
        states: list[BindingStatus | None] = [None, *BindingStatus]
        state = st.selectbox("状态", states, key=STATE, width=160, on_change=_first_page,
                             format_func=lambda one: one.label if one else "全部")  # fmt: skip
    total = certificate_list.count(actor, words, status=state)
    found = certificate_list.keys(actor, words, status=state, page=_page("all", total))
    _keys(actor, found, "没有符合条件的UKey。绑定后会显示在这里。", "all", total)


def _keys(actor: Actor, found: list[Key], empty: str, name: str, total: int) -> None:
    if not found:
        brand.quiet(empty)
        return
    label = "办理" if actor.role in certificates.KEEPERS else "查看"
    with st.container(key=f"list_keys_{name}", gap=None):
        entries.head(("持有人", "身份", "单位或部门", "证书序列号", "到期", "状态", "操作"), SHARES)
        for key in found:
            cells = (key.holder, key.role.label, key.place, _short(key.serial), _ends(key),
                     _state(key))  # fmt: skip
            if entries.row(cells, SHARES).button(label, key=f"key_{name}_{key.id}"):
                OPENED.open(("key", key))
    with st.container(horizontal=True, vertical_alignment="center"):
        if total > certificate_list.A_PAGE:
            st.pagination(-(-total // certificate_list.A_PAGE), key=f"page_{name}_of_{KEY}")
        st.caption(f"共{total}支")


def _short(serial: str) -> str:
    return f"{serial[:16]}…"


def _ends(key: Key) -> str:
    ends = f"{key.not_after:%Y-%m-%d}"
    if not key.is_soon or key.is_over or key.status is not BindingStatus.ACTIVE:
        return ends
    return f"{ends}（剩{key.days_left}天）" if key.days_left else f"{ends}（不足1天）"


def _state(key: Key) -> str:
    """Return its state; one that is bound and past its end lets nobody in."""
    return "已过期" if key.is_over and key.status is BindingStatus.ACTIVE else key.status.label


def _people(actor: Actor) -> None:
    keep(WHO, "")
    words = st.text_input("查找要绑定的人员", key=WHO, width=360, max_chars=60,
                          placeholder="姓名、单位账号或单位名称")  # fmt: skip
    if not words.strip():
        brand.quiet("请先查找经办人或中心人员。办理时请核对经办人身份证和单位授权书。")
        return
    found = certificate_list.holders(actor, words)
    if not found:
        brand.quiet("没有找到可绑定的人员，请核对姓名或单位账号。")
        return
    with st.container(key="list_holders", gap=None):
        entries.head(("姓名", "身份", "单位或部门", "在用UKey", "操作"), PEOPLE)
        for who in found:
            cells = (who.name, who.role.label, who.place, f"{who.keys}支")
            if entries.row(cells, PEOPLE).button("绑定", key=f"bind_{who.id}"):
                OPENED.open(("bind", who))


def _bind(actor: Actor, who: Holder) -> None:
    brand.title(f"绑定UKey：{who.name}", f"{who.role.label}　{who.place}　在用UKey {who.keys}支")
    read = key_forms.certificate(
        key=KEY, examine=lambda content: certificate_list.examine(actor, content)
    )
    above = st.container(width=brand.FORM_WIDTH)
    is_fit = read is not None and read.objection is None
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        if st.button("返回列表", key=f"{KEY}_back"):
            OPENED.leave()
        pressed = st.button("确认绑定", type="primary", disabled=not is_fit, key=f"{KEY}_do")
    if pressed and read:
        with above, feedback.refusals():
            certificates.bind(actor, who.id, read.der)
            feedback.notice(f"已为{who.name}绑定UKey")
            OPENED.leave()
    if demo_keys.is_possible() and actor.role is Role.SECURITY_ADMINISTRATOR:
        _demo(actor, who)


def _demo(actor: Actor, who: Holder) -> None:
    with st.expander("制作演示UKey（仅演示环境）", width=brand.FORM_WIDTH):
        with st.container(horizontal=True, vertical_alignment="bottom", width=brand.FORM_WIDTH):
            label = st.text_input("UKey名称", key=f"{KEY}_label", max_chars=16)
            pin = st.text_input("Ukey证书密码", key=f"{KEY}_pin", type="password", max_chars=8)
            pressed = st.button("制作并绑定", key=f"{KEY}_make")
        if pressed:
            with feedback.refusals():
                demo_keys.make(actor, who.id, label=label.strip(), pin=pin.strip())
                feedback.notice(f"演示UKey {label.strip()}已制作并绑定给{who.name}")
                OPENED.leave()


def _key(actor: Actor, key: Key) -> None:
    brand.title(f"UKey：{key.holder}", f"{key.role.label}　{key.place}　{_state(key)}")
    brand.facts("证书", [
        ("序列号", key.serial), ("签发机构", key.issuer), ("到期", f"{key.not_after:%Y-%m-%d %H:%M}"),
        ("绑定人", f"{key.bound_by}　{case_timeline.moment(key.bound_at)}"),
    ])  # fmt: skip
    st.markdown("**该人员的UKey办理记录**")
    rows = [
        (case_timeline.moment(one.done_at), one.event, _short(one.serial), one.reason, one.done_by)
        for one in certificate_list.history(actor, key.user_id)
    ]
    if rows:
        plain_table.show(("时间", "事项", "证书序列号", "原因", "办理人"), rows)
    else:
        brand.quiet("没有办理记录：该证书在启用本系统时已绑定。")
    if actor.role not in certificates.KEEPERS or key.status is BindingStatus.REVOKED:
        if st.button("返回列表", key=f"{KEY}_back"):
            OPENED.leave()
        return
    _acts(actor, key)
    with st.expander("换证（绑定新证书，原证书随即注销）", width=brand.FORM_WIDTH):
        read = key_forms.certificate(
            key=KEY, examine=lambda content: certificate_list.examine(actor, content)
        )
        is_fit = read is not None and read.objection is None
        if st.button("确认换证", key=f"{KEY}_renew", disabled=not is_fit) and read:
            with feedback.refusals():
                certificates.renew(actor, key.id, read.der)
                feedback.notice(f"{key.holder}的UKey已换证")
                OPENED.leave()


def _acts(actor: Actor, key: Key) -> None:
    """Draw 停用 or 恢复, and 注销, with their reason."""
    is_active = key.status is BindingStatus.ACTIVE
    move, word = (certificates.suspend, "停用") if is_active else (certificates.resume, "恢复")
    reason = st.text_input(
        "原因（必填）", key=f"{KEY}_reason", max_chars=200, width=brand.FORM_WIDTH
    )
    above = st.container(width=brand.FORM_WIDTH)
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        if st.button("返回列表", key=f"{KEY}_back"):
            OPENED.leave()
        revoked = st.button("注销", key=f"{KEY}_revoke", help="注销后不能恢复，须重新绑定新证书")
        moved = st.button(word, type="primary", key=f"{KEY}_move")
    if revoked and reason.strip():
        confirming.ask(
            f"确定注销{key.holder}的UKey？注销后不能恢复，须重新绑定新证书。",
            lambda who: certificates.revoke(who, key.id, reason=reason),
            f"{key.holder}的UKey已注销", OPENED.leave,
        )  # fmt: skip
    elif moved or revoked:
        act = certificates.revoke if revoked else move  # without a reason: refused
        with above, feedback.refusals():
            act(actor, key.id, reason=reason)
            feedback.notice(f"{key.holder}的UKey已{word}")
            OPENED.leave()
