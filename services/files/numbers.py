"""Numbers out of cells (数值读取): money, whole numbers and percentages, as spelt, never as a float."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from services.files.cells import EMPTY, Cell, CellFault, Number, clean, refusal_of_kind, text

NOT_A_NUMBER = "应填写数字"
TWO_DECIMALS = "最多两位小数"
NOT_WHOLE = "应填写整数"
TOO_LARGE = "数值过大"
DATE = "是日期格式，应为数字"

_SAFE_DIGITS = 15  # what Excel keeps of a number; an account of more digits has lost its end
_LEXICAL = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_PLAIN_COLUMN = re.compile(r"(?:\d{1,12}(?:\.\d{1,2})?,)+", re.ASCII)
_YUAN = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,2}))?", re.ASCII)
_TYPED = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?", re.ASCII)


def yuan(cell: Cell) -> Decimal:
    """Read money in yuan, with two decimals. Accepts `5,200.00`, full-width digits and spaces.

    Typed text of more than two decimals is a fault. A stored number is first rounded to the 15
    digits Excel shows, so that 0.30000000000000004 is 0.30 and 7200.505 is still a fault.
    """
    return Decimal(fen(cell)).scaleb(-2)


def fen(cell: Cell) -> int:
    """Read the same money in whole fen."""
    sign, whole, part = _places(_numeric_spelling(cell))
    return int(f"{sign}{whole}{part:0<2}")


def plain_fens(cells: Sequence[Cell]) -> list[int] | None:
    """Read a column of money spelt as nearly all are, in a third of the time. None: look at each."""
    if set(map(type, cells)) != {Number}:
        return None
    try:
        spelt = [
            cell if len(cell) <= _SAFE_DIGITS else _excel_digits(cell)
            for cell in cast(Sequence[str], cells)
        ]
    except CellFault:
        return None
    listed = ",".join(spelt) + ","
    if listed.count(",") != len(spelt) or not _PLAIN_COLUMN.fullmatch(listed):
        return None
    return [
        int(cell.replace(".", "")) if cell[-3:-2] == "."
        else int(cell.replace(".", "")) * 10 if cell[-2:-1] == "."
        else int(cell) * 100
        for cell in spelt
    ]  # fmt: skip


def integer(cell: Cell) -> int:
    """Read a whole number."""
    spelling = _numeric_spelling(cell)
    if "." in spelling:
        raise CellFault(NOT_WHOLE)
    if len(spelling) > _SAFE_DIGITS:
        raise CellFault(TOO_LARGE)
    return int(spelling)


def percent(cell: Cell) -> Decimal:
    """Read percentage points: `12%`, 12 and 0.12 all give 12; a number up to 1 is a fraction."""
    if type(cell) is str and text(cell).endswith("%"):
        return _points(_numeric_spelling(text(cell)[:-1]))
    points = Decimal(_numeric_spelling(cell))
    if isinstance(cell, Number) and abs(points) <= 1:
        points *= 100
    return _points(format(points, "f"))


def _numeric_spelling(cell: Cell) -> str:
    """Spell a number plainly: no exponent, no thousands marks, no needless zeros."""
    if isinstance(cell, Number):
        if _YUAN.fullmatch(cell):
            return str.__str__(cell)
        return _excel_digits(cell)
    if cell is None:
        raise CellFault(EMPTY)
    if type(cell) is not str:
        raise CellFault(refusal_of_kind(cell, date=DATE, boolean=NOT_A_NUMBER))
    typed = clean(cell).replace("，", ",")
    if not typed:
        raise CellFault(EMPTY)
    if not _TYPED.fullmatch(typed):
        raise CellFault(NOT_A_NUMBER)
    return _trimmed(typed.replace(",", ""))


def _excel_digits(spelling: str) -> str:
    """Spell a stored number at the 15 significant digits Excel shows."""
    if not _LEXICAL.fullmatch(spelling):
        raise CellFault(NOT_A_NUMBER)
    return _trimmed(format(Decimal(f"{Decimal(spelling):.14e}"), "f"))


def _trimmed(spelling: str) -> str:
    """Drop what says nothing: `7200.500` is `7200.5`, `0012.` and `+12` are `12`."""
    sign = "-" if spelling.startswith("-") else ""
    whole, _, part = spelling.removeprefix("-").partition(".")
    part = part.rstrip("0")
    return f"{sign}{int(whole)}" + (f".{part}" if part else "")


def _points(spelling: str) -> Decimal:
    trimmed = _trimmed(spelling)
    _places(trimmed)
    return Decimal(trimmed)


def _places(spelling: str) -> tuple[str, ...]:
    """Take a number spelt plainly apart: its sign, its whole digits, two decimals at most."""
    match = _YUAN.fullmatch(spelling)
    if match is None:
        _, _, part = spelling.partition(".")
        raise CellFault(TWO_DECIMALS if len(part) > 2 else TOO_LARGE)  # noqa: PLR2004 — of a yuan
    return match.groups("")
