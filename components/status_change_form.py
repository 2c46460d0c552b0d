"""The form of one sealing or unsealing (封存、启封录入): whom, why, from which month, on which base."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from components import brand, person_form
from components.form_fields import Fields
from data.enums import BusinessKind, LabelledEnum
from services.contributor_status_change.candidates import Candidate
from services.contributor_status_change.entry import NOTE_LENGTH, Entry
from services.contributor_status_change.facts import REASONS, SEALING, UNSEALING, VERBS, Terms
from services.rules import identity
from services.rules.limits import yuan
from services.rules.rates import pair


def draw(
    fields: Fields,
    kind: BusinessKind,
    terms: Terms,
    candidates: Sequence[Candidate],
    *,
    wanted: str | None,
) -> Entry | None:
    """Draw the form; return what stands in it once a person is chosen.

    `wanted` is the identity number of whom to begin with.
    """
    first, second = st.columns(3, gap="medium"), st.columns(3, gap="medium")
    with first[0]:
        reason = fields.choice("reason", "变更原因", list(REASONS[kind]), _reason, is_required=True)
    with first[1]:
        who = _person(fields, candidates, wanted)
    with first[2]:
        fields.fixed("name", "姓名", who.name if who else "")
    with second[0]:
        fields.fixed("id_number", "证件号码", identity.masked(who.id_number) if who else "")
    with second[1]:
        months = terms.span.months
        month = fields.choice("month", "生效年月", months, str, is_required=True, default=months[0])
    with second[2]:
        left_on = person_form.typed_day(fields, "left_on", "离职日期") if kind is SEALING else None
        base = _base(fields, terms, who) if kind is UNSEALING else None
    note = fields.text("note", "说明（原因为“其他”时必填）", most=NOTE_LENGTH)
    if not candidates:
        brand.quiet(f"没有可办理{VERBS[kind]}的职工。")
    if who is None:
        return None
    code = reason.value if reason else ""
    return Entry(who.account, code, month, note=note, left_on=left_on, base=base)


def _person(
    fields: Fields, candidates: Sequence[Candidate], wanted: str | None
) -> Candidate | None:
    by_account = {who.account: who for who in candidates}
    for who in candidates:
        if wanted and who.id_number == wanted:
            st.session_state[fields.place("account")] = who.account
    account = fields.choice(
        "account", "个人账号", list(by_account), lambda number: f"{number}　{by_account[number].name}",
        is_required=True,
    )  # fmt: skip
    return by_account.get(account) if account else None


def _base(fields: Fields, terms: Terms, who: Candidate | None) -> Decimal | None:
    """Draw the base after the unsealing: the old one where it is within limits, else to be typed."""
    if who is None:
        fields.fixed("base", "启封后缴存基数（元）", "")
        return None
    kept = "" if who.base_objection else f"{who.base:.2f}"
    base = fields.money(
        f"base_{who.account}", "启封后缴存基数（元）", is_required=True, default=kept,
        placeholder="原基数不在今年上下限内，请填写",
        objection=lambda amount: terms.base_objection(int(amount.scaleb(2))),
    )  # fmt: skip
    own, withheld = terms.parts(int(base.scaleb(2))) if base and base > 0 else (0, 0)
    st.caption(
        f"原基数{who.base:,.2f}；启封后单位{yuan(own):,.2f} + 个人{yuan(withheld):,.2f}"
        f"（{pair(terms.employer_rate, terms.contributor_rate)}）"
    )
    return base


def _reason(member: LabelledEnum) -> str:
    return f"{member.value} {member.label}"
