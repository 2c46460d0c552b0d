"""A change of registered information: the form, its greyed items, the list of changes below it.

What is entered is handed on at once; what the rules refuse stays in its field, with the reason under it.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import streamlit as st

from components import brand, feedback, pending_case
from data.enums import LabelledEnum
from services import change_records
from services.approval.change_case import Standing
from services.approval.change_list import Change, Item
from services.errors import BusinessError

COLUMNS = 3
_LIST_WIDTHS = (0.7, 2, 4, 4)

Enter = Callable[[str, str], None]
TakeBack = Callable[[str], None]


def banner(now: Standing) -> None:
    """Draw what blocks or waits, where something does."""
    if now.objection:
        brand.banner(f"{now.objection}（流水号{now.serial}），办结前不能重复提交。", "warn")
    else:
        pending_case.banner(now.serial, now.status)


def fields(now: Standing, *, key: str, enter: Enter) -> bool:
    """Draw the greyed items and the open ones; tell whether every field can stand."""
    with st.container(width=brand.FORM_WIDTH):
        st.markdown("**登记信息（灰色项不能修改）**")
        for label, value, place in _placed(now.fixed):
            place.text_input(label, value, disabled=True, key=f"{key}_fixed_{label}_{value}")
        is_good = True
        for group, items in groupby(now.items, key=lambda item: item.group):
            st.markdown(f"**{group}**")
            for item, place in zip(members := list(items), _places(len(members)), strict=True):
                with place:
                    is_good &= _field(now, item, key=key, enter=enter)
    return is_good


def change_list(
    changes: Sequence[Change], *, key: str, take_back: TakeBack | None, empty: str
) -> None:
    """Draw 待变更清册: number with ✕, item, before, after. Without `take_back` it is to be read."""
    kept = "　:gray[修改已自动保存，提交前可随时离开再继续]" if changes and take_back else ""
    st.markdown(f"**待变更清册（{len(changes)}项）**{kept}")
    if not changes:
        with st.container(width=brand.FORM_WIDTH):
            brand.quiet(empty)
        return
    with st.container(key=f"list_{key}", gap=None, width=brand.FORM_WIDTH):
        heads = ("序号", "变更项目", "变更前", "变更后")
        for place, head in zip(st.columns(_LIST_WIDTHS, gap="small"), heads, strict=True):
            place.markdown(f"**{head}**")
        for number, change in enumerate(changes, start=1):
            _line(number, change, key=key, take_back=take_back)


def _placed(
    fixed: Sequence[tuple[str, str]],
) -> list[tuple[str, str, st.delta_generator.DeltaGenerator]]:
    places = _places(len(fixed))
    return [(label, value, place) for (label, value), place in zip(fixed, places, strict=True)]


def _places(count: int) -> list[st.delta_generator.DeltaGenerator]:
    """Return a place for each of `count` fields, row by row."""
    places: list[st.delta_generator.DeltaGenerator] = []
    while len(places) < count:
        places += st.columns(COLUMNS, gap="medium")
    return places[:count]


def _field(now: Standing, item: Item, *, key: str, enter: Enter) -> bool:
    """Draw one field and what is wrong with it; tell whether it can stand."""
    refusal, value = _refusal(key, item.name), now.values[item.name]
    if not item.choices and refusal is None:
        _tidy(key, item.name, value)
    widget = _widget(key, item.name)
    common: dict[str, Any] = {
        "key": widget,
        "disabled": now.objection is not None,
        "on_change": _take,
        "args": (key, item.name, enter),
    }
    label = f"{item.label}（必填）" if item.is_required else item.label
    if item.choices:
        codes = [code.value for code in item.choices]
        st.selectbox(
            label, codes, index=codes.index(value) if value in codes else None,
            format_func=_words(item.choices), placeholder="请选择", filter_mode="contains", **common,
        )  # fmt: skip
    else:
        st.text_input(label, value, max_chars=item.most, placeholder=item.help, **common)
    objection = refusal or now.faults.get(item.name)
    if objection:
        st.caption(f":red[:material/error: {feedback.plain(objection)}]")
    return objection is None


def _words(choices: type[LabelledEnum]) -> Callable[[str], str]:
    """Return code and label, which are both searched by typing."""
    labels = {code.value: f"{code.value} {code.label}".strip() for code in choices}
    return lambda code: labels.get(code, code)


def _widget(key: str, name: str) -> str:
    return f"{key}_field_{name}_{st.session_state.get(f'{key}_round_{name}', 0)}"


def _tidy(key: str, name: str, value: str) -> None:
    """Make a field anew that says the same in other characters than what was kept of it."""
    if st.session_state.get(_widget(key, name), value) != value:
        _renew(key, name)


def _renew(key: str, name: str) -> None:
    st.session_state[f"{key}_round_{name}"] = st.session_state.get(f"{key}_round_{name}", 0) + 1


def _take(key: str, name: str, enter: Enter) -> None:
    """Hand on what a field holds; keep the reason where it is refused."""
    text = st.session_state[_widget(key, name)] or ""
    refusals: dict[str, tuple[str, str]] = st.session_state.setdefault(f"{key}_refusals", {})
    refusals.pop(name, None)
    try:
        enter(name, text)
    except BusinessError as refusal:
        refusals[name] = (text, str(refusal))


def _refusal(key: str, name: str) -> str | None:
    """Return why the field's present content was refused, if it was."""
    refusals: Mapping[str, tuple[str, str]] = st.session_state.get(f"{key}_refusals", {})
    text, reason = refusals.get(name, (None, None))
    return reason if text is not None and st.session_state.get(_widget(key, name)) == text else None


def _line(number: int, change: Change, *, key: str, take_back: TakeBack | None) -> None:
    item = change.item
    places = st.columns(_LIST_WIDTHS, gap="small", vertical_alignment="center")
    if take_back is None:
        places[0].write(f"{number}")
    else:
        places[0].button(
            f"{number} ✕", key=f"{key}_back_{item.name}", help=f"取消修改“{item.label}”",
            on_click=_give_back, args=(key, item.name, take_back),
        )  # fmt: skip
    places[1].write(item.label)
    places[2].write(feedback.plain(change_records.masked(change.before)))
    places[3].write(feedback.plain(change_records.masked(change.after)))


def _give_back(key: str, name: str, take_back: TakeBack) -> None:
    """Take a change back; the field is made anew, with the old value."""
    try:
        take_back(name)
    except BusinessError as refusal:
        feedback.notice(str(refusal))
    st.session_state.get(f"{key}_refusals", {}).pop(name, None)
    _renew(key, name)
