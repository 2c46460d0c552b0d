"""The columns of a status change's workbook, and what is read out of each cell."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from data.enums import BusinessKind
from services.contributor_status_change import facts
from services.contributor_status_change.facts import SEALING, UNSEALING, Terms
from services.files.cells import Cell, CellFault, is_blank, text
from services.files.columns import Column
from services.files.numbers import yuan
from services.files.words import code, day, month, word
from services.rules import identity
from services.rules.limits import yuan as yuan_of

#: The fields in the order of the columns; the first is the row's own number.
FIELDS = ("", "account", "name", "id_number", "reason", "note", "month")
LAST = {SEALING: "left_on", UNSEALING: "base"}


def fields(kind: BusinessKind) -> tuple[str, ...]:
    """Return what each column holds, in order."""
    return (*FIELDS, LAST[kind])


def columns(kind: BusinessKind, terms: Terms | None = None) -> list[Column]:
    """Return the workbook's columns; `terms` bound what Excel lets her type."""
    months = tuple(map(str, terms.span.months)) if terms else ()
    shared = [
        Column("序号", "integer", 6, editable=True, minimum=1),
        Column("个人账号", width=16, editable=True),
        Column("姓名*", width=12, editable=True),
        Column("证件号码", width=22, editable=True),
        Column("变更原因*", "choice", 28, editable=True, choices=_words(kind)),
        Column("说明", width=24, editable=True),
        Column("生效年月*", "choice" if months else "text", 12, editable=True, choices=months),
    ]
    if kind is SEALING:
        return [*shared, Column("离职日期", width=14, editable=True)]
    limits = terms.policy.limits if terms else None
    low, high = (yuan_of(limits.base_min), yuan_of(limits.base_max)) if limits else (None, None)
    return [
        *shared,
        Column("启封后缴存基数", "money", 18, editable=True, minimum=low, maximum=high),
    ]


def _words(kind: BusinessKind) -> tuple[str, ...]:
    return tuple(map(word, facts.REASONS[kind]))


def parsed(kind: BusinessKind, cells: Sequence[Cell]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a row: the values by field, and by field why a cell could not be read."""
    names = fields(kind)
    readers: dict[str, Callable[[Cell], Any]] = {
        "account": text, "name": lambda cell: text(cell, required=True),
        "id_number": lambda cell: identity.normal(text(cell)),
        "reason": lambda cell: getattr(code(facts.REASONS[kind])(cell), "value", ""),
        "note": text, "month": month, "left_on": day, "base": _money,
    }  # fmt: skip
    empty = {"reason": "", "note": "", "account": "", "name": "", "id_number": ""}
    read: dict[str, Any] = dict.fromkeys(names) | empty
    unread: dict[str, str] = {}
    for name, cell in zip(names[1:], cells[1:], strict=True):
        try:
            read[name] = readers[name](cell)
        except CellFault as fault:
            unread[name] = fault.reason
    return read, unread


def _money(cell: Cell) -> Decimal | None:
    return None if is_blank(cell) else yuan(cell)
