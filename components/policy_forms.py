"""The forms of policy (政策参数变更): values of a topic, levels and documents of a business, days."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from components import brand, feedback, proposal_view
from data.enums import OFFICERS, Role
from data.policy_codes import DayKind, PolicyKey, ProposalTopic, Rounding
from services.administration.business_terms import Terms
from services.administration.effects_by_topic import Effect
from services.approval import requirements
from services.approval.requirements import Entry
from services.rules import clock, policy_values
from services.rules.policy_values import FIELDS, FOR_ONE, Field, Shape

NOBODY = "—"
ASKED = {"按变更内容": None, "必传": True, "选传": False}
DROPPED = "不要求"
_METHODS = {method.value: f"{method.value} {method.label}" for method in Rounding}


@dataclass(frozen=True, slots=True)
class Grounds:
    """From when, on what paper, and why."""

    effective_from: date
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A topic's form as filled in; `number` is the one employer's, "" for all."""

    typed: dict[PolicyKey, str]
    grounds: Grounds
    number: str


def topic(
    about: ProposalTopic,
    *,
    key: str,
    now_of: Callable[[str, date], Mapping[PolicyKey, str]],
    attempt: Callable[[Filled], Sequence[Effect]],
    send: Callable[[Filled], None],
    leave: Callable[[], None],
) -> None:
    """Draw a topic's values; `now_of` tells those in force on a day, `attempt` what new ones would affect."""
    brand.title(f"变更：{about.label}", "填写变更后的值，试算影响后提交复核；复核前不生效。")
    number = _scope(about, key)
    day = chosen_day(key)
    now, today = now_of(number, day), now_of(number, clock.today())
    fields = [field for field in FIELDS[about] if field.key in now]
    typed: dict[PolicyKey, str] = {}
    with st.container(width=brand.FORM_WIDTH):
        # a row of its own for each two: one with more to say moves nothing beside the next
        rows = [st.columns(2) for _ in fields[::2]]
        for place, field in enumerate(fields):
            with rows[place // 2][place % 2]:
                stands = now[field.key]
                typed[field.key] = _field(
                    field, stands, f"{key}_{number}", may_be_empty=bool(number),
                    when="现行" if stands == today[field.key] else "届时",
                )  # fmt: skip
    filled = Filled(typed, _grounds(key), number)
    # seen without scrolling past the button
    refusal_above = st.container(width=brand.FORM_WIDTH)
    tried, sent = _buttons(key, leave, with_trial=True)
    st.session_state[f"{key}_tried"] = st.session_state.get(f"{key}_tried", False) or tried
    with refusal_above, feedback.refusals():
        if sent:
            send(filled)
    if st.session_state[f"{key}_tried"]:
        with st.container(width=brand.FORM_WIDTH), feedback.refusals():
            proposal_view.effects(attempt(filled))


def chosen_day(key: str) -> date:
    """Return the day that the form's change is to begin, as chosen so far."""
    chosen = st.session_state.get(f"{key}_day")
    return chosen if isinstance(chosen, date) else clock.today()


def _scope(topic: ProposalTopic, key: str) -> str:
    """Draw whom it is for, where it may be for one employer; return the number, "" for all."""
    if not any(field.key in FOR_ONE for field in FIELDS[topic]):
        return ""
    with st.container(horizontal=True, width=brand.FORM_WIDTH, vertical_alignment="bottom"):
        scope = st.radio("适用范围", ["全中心", "单个单位"], horizontal=True, key=f"{key}_scope")
        if scope == "全中心":
            return ""
        return st.text_input("单位账号", key=f"{key}_number", max_chars=20, width=260)


def _field(field: Field, now: str, key: str, *, may_be_empty: bool, when: str) -> str:
    """Draw a value, filled with what holds on the chosen day: another day renews what is otherwise then."""
    name = f"{key}_{field.key.value}_{now}"
    if field.shape is Shape.ROUNDING:
        codes = ["", *_METHODS] if not now else list(_METHODS)
        place = codes.index(now) if now in codes else 0
        return str(st.selectbox(field.key.label, codes, index=place, key=name,
                                format_func=lambda code: _METHODS.get(code, "按全中心参数")))  # fmt: skip
    if field.shape is Shape.YES_NO:
        return str(st.selectbox(field.key.label, ["1", "0"], index=0 if now == "1" else 1, key=name,
                                format_func=lambda code: "是" if code == "1" else "否"))  # fmt: skip
    unset = "按全中心参数" if may_be_empty else "未设置"
    shown = policy_values.shown(field.key, now) if now else unset
    text = f"{when}：{shown}" + (f"。{field.help}" if field.help else "")
    asked = "留空按全中心参数" if may_be_empty else "必填"
    value = st.text_input(f"{field.key.label}（{asked}）", now, key=name, max_chars=40)
    st.caption(text)
    return value


def _grounds(key: str) -> Grounds:
    with st.container(width=brand.FORM_WIDTH):
        left, right = st.columns(2)
        day = left.date_input(
            "生效日期（必填）", clock.today(), key=f"{key}_day", format="YYYY-MM-DD"
        )
        source = right.text_input("依据（必填）", key=f"{key}_source", max_chars=255,
                                  placeholder="文件名称和文号")  # fmt: skip
        reason = st.text_input("说明（生效日期早于今天时必填）", key=f"{key}_reason", max_chars=500)
    return Grounds(day if isinstance(day, date) else clock.today(), source, reason)


def _buttons(key: str, leave: Callable[[], None], *, with_trial: bool) -> tuple[bool, bool]:
    with st.container(horizontal=True, horizontal_alignment="right", width=brand.FORM_WIDTH):
        if st.button("返回列表", key=f"{key}_back"):
            leave()
        tried = with_trial and st.button("试算影响", key=f"{key}_try")
        return tried, st.button("提交复核", type="primary", key=f"{key}_send")


def levels(
    terms: Terms, *, key: str, send: Callable[[str, Grounds], None], leave: Callable[[], None]
) -> None:
    """Draw who decides a business, level by level."""
    brand.title(
        f"审批环节：{terms.business.label}",
        "逐级由不同人员审批；审核中的业务仍按提交时的环节办理。",
    )
    roles: list[Role | None] = [None, *OFFICERS]
    chosen: list[Role] = []
    with st.container(width=brand.FORM_WIDTH):
        for place, column in enumerate(st.columns(len(OFFICERS))):
            now = terms.levels[place] if place < len(terms.levels) else None
            role = column.selectbox(
                f"第{place + 1}级", roles, index=roles.index(now), key=f"{key}_level{place}_{now}",
                format_func=lambda role: role.label if role else NOBODY,
            )  # fmt: skip
            chosen += [role] if role else []
    _end(key, leave, lambda grounds: send(requirements.written(chosen), grounds))


def materials(
    terms: Terms, *, new_code: str, key: str, send: Callable[[str, Grounds], None],
    leave: Callable[[], None],
) -> None:  # fmt: skip
    """Draw what a business asks for; `new_code` is for one document more."""
    brand.title(f"办理材料：{terms.business.label}", "变更生效后提交的业务按新的材料要求检查。")
    with st.container(width=brand.FORM_WIDTH):
        found = [entry for old in terms.materials if (entry := _material(old, key))]
        name, asked = st.columns((3, 1))
        label = name.text_input("增加材料（可不填）", key=f"{key}_more", max_chars=40)
        words = asked.selectbox("要求", ["必传", "选传"], key=f"{key}_more_asked")
        if label.strip():
            found.append(Entry(new_code, label, ASKED[words]))
    _end(key, leave, lambda grounds: send(requirements.write_materials(found), grounds))


def _material(entry: Entry, key: str) -> Entry | None:
    """Draw one document; return it as it shall be, None where it shall not be asked for."""
    name, asked = st.columns((3, 1))
    label = name.text_input(
        "材料名称", entry.label, key=f"{key}_name_{entry.code}_{entry.label}", max_chars=40
    )
    now = next(words for words, value in ASKED.items() if value is entry.required)
    choices = [*ASKED, DROPPED]
    words = asked.selectbox("要求", choices, index=choices.index(now),
                            key=f"{key}_asked_{entry.code}_{now}")  # fmt: skip
    return None if words == DROPPED else Entry(entry.code, label, ASKED[words])


def calendar(
    *, key: str, send: Callable[[date, date, DayKind, str, Grounds], None],
    leave: Callable[[], None],
) -> None:  # fmt: skip
    """Draw which days are off, and which weekends are worked."""
    brand.title("设置工作日历", "节假日和调休影响审批时限。未设置的日期按星期计算。")
    with st.container(width=brand.FORM_WIDTH):
        places = st.columns(4)
        first = places[0].date_input("日期起（必填）", clock.today(), key=f"{key}_first",
                                     format="YYYY-MM-DD")  # fmt: skip
        last = places[1].date_input("日期止（必填）", clock.today(), key=f"{key}_last",
                                    format="YYYY-MM-DD")  # fmt: skip
        kind = places[2].selectbox("类型", list(DayKind), key=f"{key}_kind",
                                   format_func=lambda kind: kind.label)  # fmt: skip
        name = places[3].text_input("节日名称（必填）", key=f"{key}_feast", max_chars=40)
    if isinstance(first, date) and isinstance(last, date):
        _end(key, leave, lambda grounds: send(first, last, kind or DayKind.HOLIDAY, name, grounds))


def _end(key: str, leave: Callable[[], None], send: Callable[[Grounds], None]) -> None:
    """Draw the grounds and the buttons, and send once asked to."""
    grounds = _grounds(key)
    refusal_above = st.container(width=brand.FORM_WIDTH)
    if _buttons(key, leave, with_trial=False)[1]:
        with refusal_above, feedback.refusals():
            send(grounds)
