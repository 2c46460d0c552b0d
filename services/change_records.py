"""Records of changes (变更记录): the change lists of approved cases, item by item, with who and when.

Both queries of changes list them: those of the employer, and those of its people.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from data.codes import (
    Affiliation,
    Economy,
    Education,
    EmployerKind,
    IdType,
    Marital,
    Occupation,
    Post,
    Sex,
    Title,
)
from data.enums import Action, BusinessKind, CaseStatus, LabelledEnum
from data.models.case import Case, CaseChange, Step
from services.exports import Conditions
from services.rules import clock, identity

#: What an item is called, and the codes it is kept in, by the column's name.
LABELS: Final = {
    "name": "姓名", "uscc": "统一社会信用代码", "kind": "单位性质", "address": "家庭住址",
    "legal_representative": "法定代表人", "legal_id_type": "法定代表人证件类型",
    "legal_id_number": "法定代表人证件号码", "affiliation": "隶属关系", "economy": "经济类型",
    "industry": "所属行业", "postcode": "邮政编码", "phone": "单位电话", "fax": "传真",
    "email": "电子邮箱", "contact_name": "经办人姓名", "contact_mobile": "经办人手机号码",
    "contact_landline": "经办人固定电话", "payday": "单位发薪日", "bank": "受托银行",
    "id_type": "证件类型", "id_number": "证件号码", "mobile": "手机号码", "sex": "性别",
    "born_on": "出生日期", "marital": "婚姻状况", "education": "学历", "occupation": "职业",
    "post": "职务", "title": "职称", "income": "家庭月收入", "landline": "固定电话",
    "hired_on": "参加工作日期",
}  # fmt: skip
_EMPLOYER_LABELS: Final = {"name": "单位名称", "address": "单位地址"}
_CODED: Final[dict[str, type[LabelledEnum]]] = {
    "kind": EmployerKind, "legal_id_type": IdType, "affiliation": Affiliation, "economy": Economy,
    "id_type": IdType, "sex": Sex, "marital": Marital, "education": Education,
    "occupation": Occupation, "post": Post, "title": Title,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One item changed. Times are China's; `contributor_id` is None for an employer's item."""

    contributor_id: int | None
    changed_on: date
    item: str
    old: str
    new: str
    serial: str
    channel: str
    clerk: str
    officer: str
    approved_at: str


def records(
    session: Session, kind: BusinessKind, employer_id: int, conditions: Conditions
) -> list[Record]:
    """Return the employer's approved changes of this kind, in the order of their approval."""
    chosen = (
        Case.employer_id == employer_id,
        Case.kind == kind,
        Case.status == CaseStatus.APPROVED,
        *_ended_within(conditions),
    )
    steps = _steps(session, *chosen)
    found = session.execute(
        select(Case, CaseChange)
        .join(CaseChange, CaseChange.case_id == Case.id)
        .where(*chosen)
        .order_by(Case.ended_at, Case.id, CaseChange.item)
    )
    return [_record(case, change, steps.get(case.id, [])) for case, change in found]


def label(kind: BusinessKind, item: str) -> str:
    """Return what the item is called, in the words of its business."""
    if kind is BusinessKind.EMPLOYER_INFO_CHANGE and item in _EMPLOYER_LABELS:
        return _EMPLOYER_LABELS[item]
    return LABELS.get(item, item)


def masked(text: str) -> str:
    """Return an item's value for the screen: an identity number or a mobile phone is masked."""
    if identity.is_id_card(text):
        return identity.masked(text)
    return f"{text[:3]}****{text[-4:]}" if identity.is_mobile(text) else text


def _record(case: Case, change: CaseChange, steps: list[Step]) -> Record:
    submitted = next((step for step in reversed(steps) if step.action is Action.SUBMIT), None)
    approved = next((step for step in reversed(steps) if step.action is Action.APPROVE), None)
    ended = clock.in_china(case.ended_at or case.started_at)
    return Record(
        contributor_id=case.contributor_id,
        changed_on=ended.date(),
        item=label(case.kind, change.item),
        old=_shown(change.item, change.old),
        new=_shown(change.item, change.new),
        serial=case.serial or "",
        channel=submitted.channel.label if submitted else "",
        clerk=submitted.user_name if submitted else "",
        officer=approved.user_name if approved else "",
        approved_at=f"{clock.in_china(approved.taken_at):%Y-%m-%d %H:%M}" if approved else "",
    )


def _shown(item: str, value: str) -> str:
    """Return a coded value's wording; what is no code stands as it is."""
    words = {code.value: code.label for code in _CODED.get(item, ())}
    return words.get(value, value)


def _steps(session: Session, *chosen: ColumnElement[bool]) -> dict[int, list[Step]]:
    found = session.scalars(
        select(Step).join(Case, Case.id == Step.case_id).where(*chosen).order_by(Step.id)
    )
    by_case: dict[int, list[Step]] = {}
    for step in found:
        by_case.setdefault(step.case_id, []).append(step)
    return by_case


def _ended_within(conditions: Conditions) -> list[ColumnElement[bool]]:
    within: list[ColumnElement[bool]] = []
    if conditions.first:
        within.append(Case.ended_at >= _midnight(conditions.first))
    if conditions.last:
        within.append(Case.ended_at < _midnight(conditions.last + timedelta(days=1)))
    return within


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.CHINA)
