"""One change of status as entered (录入), by form or by workbook, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from data.enums import BusinessKind
from data.models.register import Contributor
from services.contributor_status_change import facts
from services.contributor_status_change.facts import SEALING, UNSEALING, Terms
from services.rules import clock
from services.rules.months import Month

LEAVING_DAYS = 30  # 条例 §15: the change is due within 30 days of the end of the employment
NOTE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """What a clerk says about one account. Money is yuan."""

    account: str
    reason: str
    """A code of SealReason or UnsealReason."""
    month: Month | None
    note: str = ""
    left_on: date | None = None
    base: Decimal | None = None
    """The base after an unsealing; None keeps the old one."""


Objection = tuple[str, str]
"""The name of a field of `Entry`, and what is wrong there."""


def objections(
    entry: Entry,
    person: Contributor,
    terms: Terms,
    other: BusinessKind | None,
    since: Month | None,
) -> list[Objection]:
    """Return everything wrong with an entry, field by field.

    `other` is the other kind's roster that the person stands on, `since` the month of the person's
    last change.
    """
    found = list(_about_reason(entry, terms))
    if reason := facts.status_objection(terms, person, other):
        found.append(("account", reason))
    elif entry.month is None:
        found.append(("month", "不能为空"))
    elif reason := facts.month_objection(terms, person, entry.month, since):
        found.append(("month", reason))
    if terms.kind is UNSEALING:
        found += _about_base(entry, person, terms)
    if entry.left_on and entry.left_on > clock.today().replace(day=1).replace(
        year=clock.today().year + 1
    ):
        found.append(("left_on", "离职日期过晚"))
    return found


def _about_reason(entry: Entry, terms: Terms) -> Iterator[Objection]:
    if not entry.reason:
        yield "reason", "不能为空"
    elif entry.reason not in {member.value for member in facts.REASONS[terms.kind]}:
        yield "reason", f"不是{terms.verb}原因，请从列表中选择"
    if entry.reason in facts.UNSPECIFIC and not entry.note:
        yield "note", "请填写说明"
    if len(entry.note) > NOTE_LENGTH:
        yield "note", f"说明最多{NOTE_LENGTH}字"


def _about_base(entry: Entry, person: Contributor, terms: Terms) -> Iterator[Objection]:
    base = base_after(entry.base, person).scaleb(2)
    if base != int(base):
        yield "base", "缴存基数最多两位小数"
    elif reason := terms.base_objection(int(base)):
        kept = f"原基数{person.base:.2f}不在今年上下限内，请填写启封后缴存基数：" if (
            entry.base is None
        ) else ""  # fmt: skip
        yield "base", kept + reason
    elif base != person.base.scaleb(2) and (earlier := facts.unassessed(terms, person)):
        yield (
            "base",
            (
                f"该职工封存前的{earlier}尚未核定，请先在【汇缴】中核定，或保留原基数{person.base:.2f}"
            ),
        )


def base_after(base: Decimal | None, person: Contributor) -> Decimal:
    """Return the base after an unsealing: the one entered, or else the old one."""
    return person.base if base is None else base


def warning(kind: BusinessKind, left_on: date | None) -> str:
    """Return why a line deserves a second look, or ""."""
    if kind is SEALING and left_on and (clock.today() - left_on).days > LEAVING_DAYS:
        return f"离职已超过{LEAVING_DAYS}日（条例规定{LEAVING_DAYS}日内办理）"
    return ""
