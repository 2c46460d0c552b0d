"""What an item of a change list may be: each check says what is wrong and what to do, or None.

Used for employers (单位信息变更) and for people (缴存人信息变更) alike. An empty text is not their matter.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from data.codes import IdType
from services.rules import identity

Check = Callable[[str], str | None]
LAST_DAY = 31
_MOST_INCOME = Decimal(10_000_000)
_NAME = re.compile(r"[^\s\d]{2,30}")
_LANDLINE = re.compile(r"(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)


def employer_name(text: str) -> str | None:
    return "单位名称不能含空格，请删除空格" if re.search(r"\s", text) else None


def person_name(text: str) -> str | None:
    return None if _NAME.fullmatch(text) else "姓名应为2至30个字，不能含空格和数字，请核对"


def postcode(text: str) -> str | None:
    return None if re.fullmatch(r"\d{6}", text, re.ASCII) else "邮政编码应为6位数字，请核对"


def mobile(text: str) -> str | None:
    return None if identity.is_mobile(text) else "手机号码应为11位数字，以13至19开头，请核对"


def landline(text: str) -> str | None:
    return None if _LANDLINE.fullmatch(text) else "电话号码应为区号加号码，如0855-8220000，请核对"


def email(text: str) -> str | None:
    return None if _EMAIL.fullmatch(text) else "电子邮箱格式应如name@example.com，请核对"


def payday(text: str) -> str | None:
    if re.fullmatch(r"\d{1,2}", text, re.ASCII) and 1 <= int(text) <= LAST_DAY:
        return None
    return f"单位发薪日应为1至{LAST_DAY}的整数，请核对"


def income(text: str) -> str | None:
    """Judge yuan a month, as text with at most two decimals."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return "家庭月收入应填写数字，如8000或8000.50"
    if not amount.is_finite() or amount < 0 or amount >= _MOST_INCOME:
        return "家庭月收入应不小于0且小于1000万元，请核对"
    return None if amount == amount.quantize(Decimal("0.01")) else "家庭月收入最多两位小数"


def identity_number(id_type: str, number: str) -> str | None:
    """Judge a number of this type of document: an ID card (01) proves itself."""
    if id_type == IdType.ID_CARD and not identity.is_id_card(number):
        return "身份证号码应为18位且校验码正确，请对照证件核对"
    if not re.fullmatch(r"[0-9A-Z()/-]{5,18}", number, re.ASCII):
        return "证件号码应为5至18位字母和数字，请对照证件核对"
    return None
