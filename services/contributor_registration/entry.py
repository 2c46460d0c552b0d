"""One person as entered (录入), by form or by workbook, and everything wrong with the entry."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from data.codes import Education, IdType, Marital, Occupation, Post, Sex, Title
from services.contributor_registration.facts import Terms
from services.rules import clock, identity
from services.rules.months import Month

YOUNGEST, OLDEST = 16, 70
A_YEAR = 365  # days: nobody is registered longer before being hired
HIRING_DAYS = 30  # 条例 §15: an account is opened within 30 days of the hiring
RETIREMENT = {Sex.MALE: 60, Sex.FEMALE: 55}
#: Brackets and every kind of middle dot, too: so are people's names in the register.
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af·•‧∙⋅・･．.()（）A-Za-z]+")
_NAME_LENGTHS = range(2, 31)
_DOCUMENT = re.compile(r"[0-9A-Z()（）/-]{5,18}", re.ASCII)
_LANDLINE = re.compile(r"(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_POSTCODE = re.compile(r"\d{6}", re.ASCII)
_ADDRESS_LENGTH, _EMAIL_LENGTH = 255, 120

HEADINGS = {
    "name": "姓名", "id_type": "证件类型", "id_number": "证件号码", "sex": "性别",
    "born_on": "出生日期", "mobile": "手机号码", "base": "缴存基数", "first_month": "首次汇缴年月",
    "hired_on": "入职日期", "marital": "婚姻状况", "education": "学历", "occupation": "职业",
    "post": "职务", "title": "职称", "income": "家庭月收入", "landline": "固定电话",
    "postcode": "邮政编码", "address": "家庭住址", "email": "电子邮箱",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """What a clerk says about one person. Money is yuan."""

    name: str
    id_type: IdType
    id_number: str
    mobile: str
    base: Decimal | None
    first_month: Month | None
    sex: Sex | None = None
    born_on: date | None = None
    hired_on: date | None = None
    marital: Marital = Marital.UNSTATED
    education: Education = Education.OTHER
    occupation: Occupation = Occupation.OTHER
    post: Post = Post.NONE
    title: Title = Title.NONE
    income: Decimal | None = None
    landline: str = ""
    postcode: str = ""
    address: str = ""
    email: str = ""


Objection = tuple[str, str]
"""The name of a field of `Entry`, and what is wrong there."""


def derived(id_number: str) -> tuple[Sex, date] | None:
    """Return the sex and the day of birth that a right ID card number states, else None."""
    born_on = identity.birth_date(id_number) if identity.is_id_card(id_number) else None
    if born_on is None:
        return None
    return (Sex.MALE if int(id_number[16]) % 2 else Sex.FEMALE), born_on


def completed(entry: Entry) -> Entry:
    """Return the entry with what its ID card states where nothing else was said."""
    stated = derived(entry.id_number) if entry.id_type is IdType.ID_CARD else None
    if stated is None:
        return entry
    return replace(entry, sex=entry.sex or stated[0], born_on=entry.born_on or stated[1])


def objections(entry: Entry, terms: Terms) -> list[Objection]:
    """Return everything wrong with a (completed) entry by itself, field by field."""
    return [
        *_about_name(entry),
        *_about_document(entry),
        *_about_age(entry),
        *_about_reach(entry),
        *_about_money(entry, terms),
        *_about_month(entry, terms),
    ]


def warnings(entry: Entry) -> str:
    """Return why an entry deserves a second look, or ""."""
    notes = []
    limit = RETIREMENT.get(entry.sex) if entry.sex else None
    if limit and entry.born_on and _age(entry.born_on) > limit:
        notes.append(f"已满{limit}周岁，请核对是否应办理离退休提取")
    if entry.hired_on and (clock.today() - entry.hired_on).days > HIRING_DAYS:
        notes.append(f"入职已超过{HIRING_DAYS}日（条例规定{HIRING_DAYS}日内办理）")
    return "；".join(notes)


def id_objection(id_type: IdType, number: str) -> str | None:
    """Say what is wrong with a document's number, or None."""
    if not number:
        return "不能为空"
    if id_type is not IdType.ID_CARD:
        return None if _DOCUMENT.fullmatch(number) else "证件号码应为5至18位字母或数字"
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return "身份证号码应为18位"
    if identity.birth_date(number) is None:
        return "身份证号码中的出生日期不存在"
    return None if identity.is_id_card(number) else "证件号码校验位错误"


def _about_name(entry: Entry) -> Iterator[Objection]:
    if not entry.name:
        yield "name", "不能为空"
    elif not _NAME.fullmatch(entry.name) or len(entry.name) not in _NAME_LENGTHS:
        yield "name", "姓名应为2至30个汉字或字母，可含“·”，不能有空格和数字"


def _about_document(entry: Entry) -> Iterator[Objection]:
    if reason := id_objection(entry.id_type, entry.id_number):
        yield "id_number", reason
        if entry.id_type is IdType.ID_CARD:
            return  # sex and day of birth follow from the number
    stated = derived(entry.id_number) if entry.id_type is IdType.ID_CARD else None
    if stated and entry.sex is not stated[0]:
        yield "sex", "性别与证件号码不一致"
    if stated and entry.born_on != stated[1]:
        yield "born_on", "出生日期与证件号码不一致"
    if entry.sex is None:
        yield "sex", "不能为空"
    if entry.born_on is None:
        yield "born_on", "不能为空"


def _about_age(entry: Entry) -> Iterator[Objection]:
    if entry.born_on and not YOUNGEST <= _age(entry.born_on) <= OLDEST:
        yield "born_on", f"年龄应在{YOUNGEST}至{OLDEST}周岁之间"
    if entry.hired_on and (entry.hired_on - clock.today()).days > A_YEAR:
        yield "hired_on", "入职日期过晚"


def _about_reach(entry: Entry) -> Iterator[Objection]:
    if not identity.is_mobile(entry.mobile):
        yield "mobile", "手机号码应为11位" if entry.mobile else "不能为空"
    if entry.landline and not _LANDLINE.fullmatch(entry.landline):
        yield "landline", "固定电话格式应为0855-8220000"
    if entry.postcode and not _POSTCODE.fullmatch(entry.postcode):
        yield "postcode", "邮政编码应为6位数字"
    if entry.email and not _EMAIL.fullmatch(entry.email):
        yield "email", "电子邮箱格式不正确"
    if len(entry.email) > _EMAIL_LENGTH:
        yield "email", f"电子邮箱最多{_EMAIL_LENGTH}字"
    if len(entry.address) > _ADDRESS_LENGTH:
        yield "address", f"家庭住址最多{_ADDRESS_LENGTH}字"


def _about_money(entry: Entry, terms: Terms) -> Iterator[Objection]:
    fen = entry.base.scaleb(2) if entry.base is not None else None
    if fen is None:
        yield "base", "不能为空"
    elif fen != int(fen):
        yield "base", "缴存基数最多两位小数"
    elif reason := terms.policy.limits.objection(int(fen), sum(terms.parts(int(fen)))):
        yield "base", reason
    if entry.income is not None and (entry.income < 0 or entry.income.scaleb(2) % 1):
        yield "income", "家庭月收入不能为负，最多两位小数"


def _about_month(entry: Entry, terms: Terms) -> Iterator[Objection]:
    if entry.first_month is None:
        yield "first_month", "不能为空"
    elif reason := terms.span.objection(entry.first_month, "首次汇缴年月", settled=terms.settled):
        yield "first_month", reason


def _age(born_on: date) -> int:
    today = clock.today()
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
