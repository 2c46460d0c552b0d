"""Codes, days and months as they stand in cells: “21-大学本科毕业”, 1990-03-07, 2026-07."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

from data.enums import LabelledEnum
from services.files.cells import Cell, CellFault, DateNumber, text
from services.rules import effective
from services.rules.months import Month

NOT_LISTED = "请从下拉列表中选择"
NO_DAY = "日期应为1990-03-07的形式"
NO_MONTH = "年月应为2026-07的形式"
_EPOCH = date(1899, 12, 30)  # day 0 of a workbook's dates
_DIGITS = len("YYYYMMDD")

C = TypeVar("C", bound=LabelledEnum)


def word(member: LabelledEnum) -> str:
    """Return how a code stands in a drop-down: “21-大学本科毕业”."""
    return f"{member.value}-{member.label}" if member.value else member.label


def code(codes: type[C]) -> Callable[[Cell], C | None]:
    """Return a reader of one of these codes: as in the drop-down, its label or its code alone."""
    members: dict[str, C] = {}
    for member in codes:
        members |= {word(member): member, member.label: member}
        if member.value:
            members[member.value] = member

    def read(cell: Cell) -> C | None:
        typed = text(cell)
        if typed and typed not in members:
            raise CellFault(NOT_LISTED)
        return members.get(typed)

    return read


def day(cell: Cell) -> date | None:
    """Read a day: a date of Excel's, or typed as 1990-03-07, 1990/3/7, 19900307, 1990年3月7日."""
    if isinstance(cell, DateNumber):
        return _stored(str.__str__(cell))
    typed = text(cell).rstrip("日")
    for mark in "年月/.":
        typed = typed.replace(mark, "-")
    if not typed:
        return None
    if len(typed) == _DIGITS and typed.isdigit():
        typed = f"{typed[:4]}-{typed[4:6]}-{typed[6:]}"
    try:
        year, month_number, day_number = map(int, typed.split("-"))
        return date(year, month_number, day_number)
    except ValueError:
        raise CellFault(NO_DAY) from None


def month(cell: Cell) -> Month | None:
    """Read a month: a date of Excel's, or typed as 2026-07, 202607, 2026年7月, 2026/7."""
    if isinstance(cell, DateNumber):
        return Month.containing(_stored(str.__str__(cell)))
    typed = text(cell)
    found = effective.read(typed) if typed else None
    if typed and found is None:
        raise CellFault(NO_MONTH)
    return found


def _stored(spelling: str) -> date:
    try:
        whole = spelling.partition(".")[0]
        if whole.isdigit():
            return _EPOCH + timedelta(days=int(whole))
        return date.fromisoformat(spelling[:10])
    except (ValueError, OverflowError):
        raise CellFault(NO_DAY) from None
