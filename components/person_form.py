"""The form of one person to be registered (缴存人登记, manual B7.1)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import streamlit as st

from components import brand
from components.form_fields import Fields
from data.codes import Education, IdType, Marital, Occupation, Post, Sex, Title
from data.enums import LabelledEnum
from services.contributor_registration import entry as entries
from services.contributor_registration.entry import Entry
from services.contributor_registration.facts import Terms
from services.files.cells import CellFault
from services.files.words import day
from services.rules import identity
from services.rules.limits import yuan

SEXES = [Sex.MALE, Sex.FEMALE]


def draw(fields: Fields, terms: Terms) -> Entry:
    """Draw the form and return what stands in it, however incomplete."""
    first, second, third = (st.columns(3, gap="medium") for _ in range(3))
    with first[0]:
        name = fields.text("name", "姓名", is_required=True, most=30)
    with first[1]:
        id_type = fields.choice(
            "id_type", "证件类型", list(IdType), _label, is_required=True, default=IdType.ID_CARD
        )
    with first[2]:
        id_number = _id_number(fields, id_type or IdType.ID_CARD)
    with second[0]:
        sex = _sex(fields, id_type, id_number)
    with second[1]:
        born_on = _born_on(fields, id_type, id_number)
    with second[2]:
        mobile = identity.normal(fields.text("mobile", "手机号码", is_required=True, most=11))
    with third[0]:
        base = _base(fields, terms)
    with third[1]:
        months = terms.span.months
        first_month = fields.choice(
            "first_month", "首次汇缴年月", months, str, is_required=True, default=months[0]
        )
    with third[2]:
        _amounts(base, terms)
    return _more(
        fields,
        Entry(
            name=name, id_type=id_type or IdType.ID_CARD, id_number=id_number, mobile=mobile,
            base=base, first_month=first_month, sex=sex, born_on=born_on,
        ),
    )  # fmt: skip


def _id_number(fields: Fields, id_type: IdType) -> str:
    typed = fields.text(
        "id_number", "证件号码", is_required=True, most=18,
        objection=lambda number: entries.id_objection(id_type, identity.normal(number)),
    )  # fmt: skip
    return identity.normal(typed)


def _sex(fields: Fields, id_type: IdType | None, id_number: str) -> Sex | None:
    """Draw the sex, locked where the ID card states it."""
    stated = entries.derived(id_number) if id_type is IdType.ID_CARD else None
    if stated or id_type is IdType.ID_CARD:
        fields.fixed("sex", "性别（由身份证号码得出）", stated[0].label if stated else "")
        return stated[0] if stated else None
    return fields.choice("sex", "性别", SEXES, _label, is_required=True)


def _born_on(fields: Fields, id_type: IdType | None, id_number: str) -> date | None:
    """Draw the day of birth, locked where the ID card states it."""
    stated = entries.derived(id_number) if id_type is IdType.ID_CARD else None
    if stated or id_type is IdType.ID_CARD:
        label = "出生日期（由身份证号码得出）"
        fields.fixed("born_on", label, str(stated[1]) if stated else "")
        return stated[1] if stated else None
    return typed_day(fields, "born_on", "出生日期", is_required=True)


def typed_day(fields: Fields, name: str, label: str, *, is_required: bool = False) -> date | None:
    """Draw a day to type in; None where there is none or it is no day."""
    typed = fields.text(
        name, label, is_required=is_required, placeholder="如 2026-07-01", most=12,
        objection=_day_objection,
    )  # fmt: skip
    return None if _day_objection(typed) else day(typed or None)


def _day_objection(typed: str) -> str | None:
    try:
        day(typed or None)
    except CellFault as fault:
        return fault.reason
    return None


def _base(fields: Fields, terms: Terms) -> Decimal | None:
    limits = terms.policy.limits
    return fields.money(
        "base", "缴存基数（元）", is_required=True,
        placeholder=f"{yuan(limits.base_min):,.2f} 至 {yuan(limits.base_max):,.2f}",
        objection=lambda base: limits.objection(
            int(base.scaleb(2)), sum(terms.parts(int(base.scaleb(2))))
        ),
    )  # fmt: skip


def _amounts(base: Decimal | None, terms: Terms) -> None:
    own, withheld = terms.parts(int(base.scaleb(2))) if base and base > 0 else (0, 0)
    brand.figures(
        [
            ("缴存比例", terms.rates, ""),
            ("单位月缴存额", f"{yuan(own):,.2f}", ""),
            ("个人月缴存额", f"{yuan(withheld):,.2f}", ""),
        ]
    )


def _more(fields: Fields, entry: Entry) -> Entry:
    """Draw what may be left out, and return the entry with it."""
    with st.expander("更多信息（选填）"):
        rows = [st.columns(3, gap="medium") for _ in range(4)]
        with rows[0][0]:
            hired_on = typed_day(fields, "hired_on", "入职日期")
        with rows[0][1]:
            marital = fields.choice(
                "marital", "婚姻状况", list(Marital), _label, default=Marital.UNSTATED
            )
        with rows[0][2]:
            education = fields.choice(
                "education", "学历", list(Education), _label, default=Education.OTHER
            )
        with rows[1][0]:
            occupation = fields.choice(
                "occupation", "职业", list(Occupation), _label, default=Occupation.OTHER
            )
        with rows[1][1]:
            post = fields.choice("post", "职务", list(Post), _label, default=Post.NONE)
        with rows[1][2]:
            title = fields.choice("title", "职称", list(Title), _label, default=Title.NONE)
        with rows[2][0]:
            income = fields.money("income", "家庭月收入（元）")
        with rows[2][1]:
            landline = fields.text("landline", "固定电话", placeholder="0855-8220000", most=20)
        with rows[2][2]:
            postcode = fields.text("postcode", "邮政编码", most=6)
        with rows[3][0]:
            email = fields.text("email", "电子邮箱", most=120)
        with rows[3][1]:
            address = fields.text("address", "家庭住址", most=255)
    return replace(
        entry, hired_on=hired_on, marital=marital or Marital.UNSTATED,
        education=education or Education.OTHER, occupation=occupation or Occupation.OTHER,
        post=Post.NONE if post is None else post, title=title or Title.NONE, income=income,
        landline=landline, postcode=postcode, address=address, email=email,
    )  # fmt: skip


def _label(member: LabelledEnum) -> str:
    return member.label
