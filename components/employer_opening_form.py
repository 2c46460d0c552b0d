"""The form of 单位开户: the employer, its account, its first clerk."""

from collections.abc import Callable

import streamlit as st

from components import brand, feedback
from data.codes import EmployerKind
from services.register.opening import Choices, Form, FormFaults
from services.rules.months import Month


def draw(
    choices: Choices, *, key: str, send: Callable[[Form], None], leave: Callable[[], None]
) -> None:
    """Draw the form; what the last attempt found stands above the button and beneath its field.

    A fault is forgotten once its field holds something else.
    """
    faults: dict[str, tuple[str, str]] = st.session_state.get(f"{key}_faults", {})
    remaining: dict[str, str] = {}

    def text(label: str, name: str, most: int) -> str:
        value = st.text_input(f"{label}（必填）", key=f"{key}_{name}", max_chars=most)
        found, of = faults.get(name, ("", ""))
        if found and of == value:
            remaining[name] = found
            st.caption(f":red[{feedback.plain(found)}]")
        return value

    form = _fields(choices, key, text)
    refusal_above = st.container(width=brand.FORM_WIDTH)
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        if st.button("返回查找", key=f"{key}_back"):
            leave()
        pressed = st.button("确认开户", type="primary", key=f"{key}_send")
    brand.quiet("单位账号由系统编定；开户后请到【证书管理】为经办人绑定UKey。")
    if not pressed:
        with refusal_above, feedback.refusals():
            if remaining:
                raise FormFaults(remaining)
        return
    st.session_state.pop(f"{key}_faults", None)
    with refusal_above, feedback.refusals():
        try:
            send(form)
        except FormFaults as refused:
            st.session_state[f"{key}_faults"] = {
                field: (why, str(getattr(form, field))) for field, why in refused.faults.items()
            }
            st.rerun()


def _fields(choices: Choices, key: str, text: Callable[[str, str, int], str]) -> Form:
    """Draw the fields two by two: a fault beneath one moves its neighbour's row, not half the form."""
    with st.container(width=brand.FORM_WIDTH):
        cells = iter([cell for _ in range(6) for cell in st.columns(2)])
    with next(cells):
        name = text("单位名称", "name", 60)
    with next(cells):
        uscc = text("统一社会信用代码", "uscc", 18)
    kind = next(cells).selectbox("单位性质（必填）", list(EmployerKind), key=f"{key}_kind",
                                 format_func=lambda one: one.label)  # fmt: skip
    with next(cells):
        address = text("单位地址", "address", 80)
    with next(cells):
        legal = text("法定代表人", "legal_representative", 30)
    with next(cells):
        legal_id = text("法定代表人身份证号码", "legal_id_number", 18)
    with next(cells):
        bank = text("受托银行", "bank", 40)
    rate = next(cells).selectbox("缴存比例（必填）", choices.rates, key=f"{key}_rate",
                                 format_func=lambda one: f"单位{one}%+个人{one}%")  # fmt: skip
    month: Month = next(cells).selectbox(
        "首次汇缴年月（必填）", choices.months, key=f"{key}_month", index=len(choices.months) - 2,
        format_func=lambda one: one.label,
    )  # fmt: skip
    payday = next(cells).number_input("发薪日（必填）", 1, 31, 10, key=f"{key}_payday")
    with next(cells):
        clerk = text("经办人姓名", "clerk_name", 30)
    with next(cells):
        mobile = text("经办人手机号码", "clerk_mobile", 11)
    return Form(name, uscc, kind or EmployerKind.OTHER, address, legal, legal_id, bank,
                month.number, rate, int(payday), clerk, mobile)  # fmt: skip
