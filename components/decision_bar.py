"""The bar of an officer's decision (审批): an opinion with its templates, and buttons that have keys."""

from functools import partial
from typing import Literal

import streamlit as st

OPINIONS = ["同意", "材料不全，请补充", "数据有误，请核对", "材料不清晰，请重传"]
AGREED = OPINIONS[0]
BACK, NEXT, TRANSFER, REJECT, RETURN, APPROVE = (
    "返回列表",
    "下一件",
    "转办",
    "不通过",
    "退回",
    "通过",
)
_ALWAYS = ((BACK, "Alt+0", None), (NEXT, "Alt+4", "不办理，打开下一件"))
_DECIDING = (
    (TRANSFER, "Alt+5", "转给同岗位的同事办理"), (REJECT, "Alt+3", "原因必填"),
    (RETURN, "Alt+2", "退回单位修改，原因必填"), (APPROVE, "Alt+1", None),
)  # fmt: skip


def draw(key: str, *, can_decide: bool) -> tuple[str, str]:
    """Draw the bar; return the button that was pressed, "" for none, and the opinion."""
    st.session_state.setdefault(f"{key}_opinion", AGREED)
    if can_decide:
        st.pills(
            "常用意见", OPINIONS, key=f"{key}_template", on_change=partial(_use_template, key),
            label_visibility="collapsed",
        )  # fmt: skip
    written, buttons = st.columns((1, 1.8), vertical_alignment="bottom", gap="small")
    opinion = ""
    if can_decide:
        opinion = written.text_input(
            "审批意见", key=f"{key}_opinion", max_chars=500, label_visibility="collapsed",
            placeholder="审批意见；退回或不通过时请填写原因",
        )  # fmt: skip
    pressed = ""
    with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for label, shortcut, words in (*_ALWAYS, *(_DECIDING if can_decide else ())):
            kind: Literal["primary", "secondary"] = "primary" if label == APPROVE else "secondary"
            if st.button(label, shortcut=shortcut, help=words, type=kind):
                pressed = label
    return pressed, opinion


def _use_template(key: str) -> None:
    if chosen := st.session_state.get(f"{key}_template"):
        st.session_state[f"{key}_opinion"] = chosen
