"""The conditions above a queue, in one line; they stay while the session lasts."""

from datetime import date

import streamlit as st

from components.kept import keep
from data.enums import Branch, BusinessKind
from services.review_queue import Shown, Wanted

EVERY = "全部"


def chosen(key: str, labels: dict[Shown, str], *, sees_all_branches: bool) -> Wanted:
    """Draw the conditions; return what they come to. `labels` are the tabs with their counts."""
    keep(f"{key}_shown", Shown.WAITING)
    shown = st.segmented_control(
        "范围", list(Shown), format_func=labels.__getitem__, key=f"{key}_shown",
        required=True, label_visibility="collapsed", on_change=_from_the_start, args=(key,),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = _choice(key, "kind", "业务", list(BusinessKind), width=190)
        keep(f"{key}_employer", "")
        employer = st.text_input(
            "单位", key=f"{key}_employer", max_chars=40, width=230,
            placeholder="单位账号或名称，按回车", on_change=_from_the_start, args=(key,),
        )  # fmt: skip
        branch = None
        if sees_all_branches:
            branch = _choice(key, "branch", "管理部", list(Branch), width=160)
        since, until = _day(key, "since", "提交日期起"), _day(key, "until", "提交日期止")
        keep(f"{key}_overdue", default=False)
        overdue = st.checkbox(
            "只看超时", key=f"{key}_overdue", on_change=_from_the_start, args=(key,)
        )  # fmt: skip
        st.button("清除条件", key=f"{key}_clear", type="tertiary", on_click=_clear, args=(key,))
    return Wanted(
        shown if isinstance(shown, Shown) else Shown.WAITING,
        kind, employer or "", branch, since, until, overdue_only=bool(overdue),
    )  # fmt: skip


def _choice(key: str, name: str, label: str, options: list, *, width: int):  # type: ignore[no-untyped-def,type-arg]  # noqa: ANN202 — as the options are
    keep(f"{key}_{name}", EVERY)
    value = st.selectbox(
        label, [EVERY, *options], key=f"{key}_{name}", width=width,
        format_func=lambda one: getattr(one, "label", one),
        on_change=_from_the_start, args=(key,),
    )  # fmt: skip
    return value if value in options and value != EVERY else None


def _day(key: str, name: str, label: str) -> date | None:
    keep(f"{key}_{name}", None)
    value = st.date_input(
        label, key=f"{key}_{name}", format="YYYY-MM-DD", width=140,
        on_change=_from_the_start, args=(key,),
    )  # fmt: skip
    return value if isinstance(value, date) else None


def _from_the_start(key: str) -> None:
    st.session_state[f"{key}_page"] = 1


def _clear(key: str) -> None:
    for name, empty in (
        ("kind", EVERY), ("branch", EVERY), ("employer", ""), ("since", None), ("until", None),
        ("overdue", False),
    ):  # fmt: skip
        st.session_state[f"{key}_{name}"] = empty
    _from_the_start(key)
