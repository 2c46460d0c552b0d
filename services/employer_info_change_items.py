"""The employer's items that may be changed (manual B1), and the documents that a change asks for."""

from collections.abc import Mapping, Sequence
from typing import Final

from data.codes import Affiliation, Economy, EmployerKind, IdType
from services.approval import change_checks as checks
from services.approval.change_list import Change, Form, Item, declared
from services.approval.requirements import Material

UNIT, LEGAL, CONTACT = "单位信息", "法定代表人", "经办人"
ITEMS: Final = declared(
    Item("name", "单位名称", check=checks.employer_name, is_required=True, most=100, group=UNIT),
    Item("address", "单位地址", is_required=True, most=200, group=UNIT),
    Item("kind", "单位性质", Form.CHOICE, choices=EmployerKind, group=UNIT),
    Item("affiliation", "隶属关系", Form.CHOICE, choices=Affiliation, group=UNIT),
    Item("economy", "经济类型", Form.CHOICE, choices=Economy, group=UNIT),
    Item("industry", "所属行业", most=60, group=UNIT, help="如：教育、建筑业"),
    Item("postcode", "邮政编码", Form.CODE, checks.postcode, group=UNIT, help="6位数字"),
    Item("phone", "单位电话", Form.CODE, checks.landline, most=20, group=UNIT, help="如0855-8220000"),
    Item("fax", "传真", Form.CODE, checks.landline, most=20, group=UNIT, help="如0855-8220000"),
    Item("email", "电子邮箱", Form.CODE, checks.email, most=120, group=UNIT),
    Item("payday", "单位发薪日", Form.NUMBER, checks.payday, is_required=True, group=UNIT,
         help="每月几日，1至31"),
    Item("legal_representative", "法定代表人", check=checks.person_name, is_required=True,
         group=LEGAL),
    Item("legal_id_type", "法定代表人证件类型", Form.CHOICE, choices=IdType, group=LEGAL),
    Item("legal_id_number", "法定代表人证件号码", Form.ID_NUMBER, most=18, group=LEGAL),
    Item("contact_name", "经办人姓名", check=checks.person_name, group=CONTACT),
    Item("contact_mobile", "经办人手机号码", Form.CODE, checks.mobile, group=CONTACT,
         help="11位数字"),
    Item("contact_landline", "经办人固定电话", Form.CODE, checks.landline, most=20, group=CONTACT,
         help="如0855-8220000"),
)  # fmt: skip
#: Whose change needs whose papers (domain rules 4.11).
_LICENSED = frozenset({"name", "legal_representative", "legal_id_type", "legal_id_number"})
_HANDLED = frozenset({"contact_name"})

FORM = Material("021001", "变更登记表（盖章）")
LICENCE = Material("021002", "营业执照或批准文件", required=False)
LEGAL_ID = Material("021003", "法人身份证", required=False)
MANDATE = Material("021004", "授权书", required=False)
CONTACT_ID = Material("021005", "经办人身份证", required=False)
MATERIALS = (FORM, LICENCE, LEGAL_ID, MANDATE, CONTACT_ID)


def asked(changes: Sequence[Change]) -> list[Material]:
    """Return the documents that these changes ask for, each of them required."""
    changed = {change.item.name for change in changes}
    codes = [FORM]
    if changed & _LICENSED:
        codes += [LICENCE, LEGAL_ID]
    if changed & _HANDLED:
        codes += [MANDATE, CONTACT_ID]
    return [Material(material.code, material.label) for material in codes]


def faults(values: Mapping[str, str]) -> dict[str, str]:
    """Return what the items together may not be: the number must suit its type of document."""
    number = values["legal_id_number"]
    objection = checks.identity_number(values["legal_id_type"], number) if number else None
    return {"legal_id_number": objection} if objection else {}
