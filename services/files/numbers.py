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
    if type(cell) is Number and (amount := _plain_fen(cell)) is not None:
        return amount
    spelling = _numeric_spelling(cell)
    match = _YUAN.fullmatch(spelling)
    if match is None:
        raise CellFault(TWO_DECIMALS if "." in spelling else TOO_LARGE)
    sign, whole, part = match.groups()
    amount = int(whole) * 100 + (int(part.ljust(2, "0")) if part else 0)
    return -amount if sign else amount


def _plain_fen(spelling: str) -> int | None:
    """Read money spelt as nearly all is: digits, with one or two decimals or none. None: look closely.

    A roster of 20,000 rows has 60,000 such cells; a pattern takes twice as long.
    """
    if len(spelling) > _SAFE_DIGITS or not spelling.isascii():
        return None
    if spelling.isdecimal():
        return int(spelling) * 100
    whole, _, part = spelling.partition(".")
    if len(part) > 2 or not (whole.isdecimal() and part.isdecimal()):  # noqa: PLR2004 — of a yuan
        return None
    return int(whole + part.ljust(2, "0"))


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
    return _trimmed(typed.replace(",", "").lstrip("+"))


def _excel_digits(spelling: str) -> str:
    """Spell a stored number at the 15 significant digits Excel shows."""
    if not _LEXICAL.fullmatch(spelling):
        raise CellFault(NOT_A_NUMBER)
    number = Decimal(spelling)
    if number.adjusted() >= _SAFE_DIGITS:
        raise CellFault(TOO_LARGE)
    return _trimmed(format(Decimal(f"{number:.14e}"), "f"))


def _trimmed(spelling: str) -> str:
    """Drop the zeros that say nothing: `7200.500` is `7200.5`, `0012.` is `12`."""
    negative, digits = spelling.startswith("-"), spelling.lstrip("-")
    whole, _, part = digits.partition(".")
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    if whole == "0" and not part:
        return "0"
    return ("-" if negative else "") + (f"{whole}.{part}" if part else whole)


def _points(spelling: str) -> Decimal:
    trimmed = _trimmed(spelling)
    if not _YUAN.fullmatch(trimmed):
        raise CellFault(TWO_DECIMALS)
    return Decimal(trimmed)
