"""Change lists (待变更清册): items of an employer or a person, before and after, in an open case.

A business declares its items once. A value set back takes its line away; before anything is
applied, the register must still say what it said when the line was written.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from sqlalchemy import Enum as EnumColumn
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data.enums import LabelledEnum
from data.models.case import Case, CaseChange
from data.models.register import Contributor, Employer
from services.approval.change_checks import Check
from services.errors import BusinessError
from services.rules import identity

Record = Employer | Contributor
EMPTY = "（空）"


class Form(Enum):
    """How an item is written."""

    WORDS = auto()
    """As typed, spaces around taken off: a registered name keeps its full-width brackets."""
    CODE = auto()
    """Numbers and addresses of machines: half-width."""
    ID_NUMBER = auto()
    """Half-width and upper case."""
    NUMBER = auto()
    MONEY = auto()
    CHOICE = auto()


@dataclass(frozen=True, slots=True)
class Item:
    """An item that may be changed; `name` is its column on Employer or Contributor."""

    name: str
    label: str
    form: Form = Form.WORDS
    check: Check | None = None
    choices: type[LabelledEnum] | None = None
    is_required: bool = False
    most: int = 255
    group: str = ""
    help: str = ""


Items = Mapping[str, Item]


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the list. `old` and `new` are as stored: codes, plain numbers, yuan."""

    item: Item
    old: str
    new: str

    @property
    def before(self) -> str:
        return shown(self.item, self.old)

    @property
    def after(self) -> str:
        return shown(self.item, self.new)


class UnknownItem(BusinessError):
    message = "该项目不能在网上变更，请到所属管理部办理"


class BadValue(BusinessError):
    message = "{reason}"


class NoChanges(BusinessError):
    message = "没有变更项目"


class ChangedMeanwhile(BusinessError):
    message = "“{item}”的登记内容已变为“{now}”，与变更前不一致，请重新填写该项后再提交"


class ListMoved(BusinessError):
    message = "待变更清册已由本单位其他经办人修改，请核对清册后再提交"


def declared(*items: Item) -> Items:
    """Return the items by name, in the order of the form."""
    return {item.name: item for item in items}


def shown(item: Item, text: str) -> str:
    """Return a stored value in words."""
    if item.choices and text in {code.value for code in item.choices}:
        return item.choices(text).label  # type: ignore[call-arg]  # by value, as every enum
    if item.form is Form.MONEY and text:
        return f"{Decimal(text):,.2f}"
    return text or EMPTY


def stored(record: Record, item: Item) -> str:
    """Return what the register holds, as text."""
    value = getattr(record, item.name)
    return "" if value is None else str(value)


def read(item: Item, entered: str) -> str:
    """Return what was entered, as it is stored. Raises BadValue, saying what to do."""
    text = _tidy(item.form, entered)
    if objection := _objection(item, text):
        raise BadValue(reason=objection)
    if item.form is Form.NUMBER and text:
        return str(int(text))
    return f"{Decimal(text):.2f}" if item.form is Form.MONEY and text else text


def _tidy(form: Form, entered: str) -> str:
    if form is Form.ID_NUMBER:
        return identity.normal(entered)
    if form in (Form.WORDS, Form.CHOICE):  # a Chinese keyboard's wide space is a space
        return "".join(" " if unicodedata.category(c) == "Zs" else c for c in entered).strip()
    text = unicodedata.normalize("NFKC", entered).strip()
    return text.replace(",", "") if form is Form.MONEY else text


def _objection(item: Item, text: str) -> str | None:
    if item.choices:
        known = text in {code.value for code in item.choices}
        return None if known else f"请在列表中选择{item.label}"
    if not text:
        return f"{item.label}不能为空，请填写" if item.is_required else None
    if len(text) > item.most:
        return f"{item.label}最多{item.most}字，请精简"
    if not text.isprintable():
        return f"{item.label}含有无法显示的字符，请重新填写"
    return item.check(text) if item.check else None


def lines(session: Session, case: Case | None, items: Items) -> list[Change]:
    """Return the list of a case in the order of the form."""
    if case is None:
        return []
    rows = session.scalars(select(CaseChange).where(CaseChange.case_id == case.id))
    found = {row.item: row for row in rows}
    return [
        Change(item, found[name].old, found[name].new)
        for name, item in items.items()
        if name in found
    ]


def values(record: Record, changes: Sequence[Change], items: Items) -> dict[str, str]:
    """Return every item as the form shows it: the register's value, with the list over it."""
    now = {name: stored(record, item) for name, item in items.items()}
    return now | {change.item.name: change.new for change in changes}


def put(session: Session, case: Case, record: Record, item: Item, text: str) -> None:
    """Write a line, or take it away where `text` is what the register says."""
    remove(session, case, item.name)
    old = stored(record, item)
    if text != old:
        session.add(CaseChange(case_id=case.id, item=item.name, old=old, new=text))
        session.flush()


def remove(session: Session, case: Case, name: str) -> None:
    """Take a change back (✕)."""
    session.execute(
        delete(CaseChange).where(CaseChange.case_id == case.id, CaseChange.item == name)
    )


def require_sound(changes: Sequence[Change], record: Record) -> None:
    """Raise NoChanges, ChangedMeanwhile, BadValue where the list may not be applied to `record`."""
    if not changes:
        raise NoChanges
    for change in changes:
        now = stored(record, change.item)
        if now != change.old:
            raise ChangedMeanwhile(item=change.item.label, now=shown(change.item, now))
        read(change.item, change.new)


def require_seen(changes: Sequence[Change], seen: Mapping[str, str]) -> None:
    """Raise ListMoved unless the list is the one that the clerk's page showed (item to new value)."""
    if {change.item.name: change.new for change in changes} != dict(seen):
        raise ListMoved


def apply(changes: Sequence[Change], record: Record) -> None:
    """Write the new values into the register. Raises as `require_sound`; then nothing is written."""
    require_sound(changes, record)
    for change in changes:
        setattr(record, change.item.name, _value(record, change))


def _value(record: Record, change: Change) -> object:
    if change.item.form is Form.NUMBER:
        return int(change.new)
    if change.item.form is Form.MONEY:
        return Decimal(change.new) if change.new else None
    column = type(record).__table__.c[change.item.name]
    if change.item.choices and isinstance(column.type, EnumColumn):
        return change.item.choices(change.new)  # type: ignore[call-arg]  # by value, as every enum
    return change.new
