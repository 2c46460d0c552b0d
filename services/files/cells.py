"""What stands in a cell of an uploaded sheet, and what may be read out of it.

A cell is kept as the file spelt it, never as a float: empty is `None`, text is a plain `str`, and
every other kind is a `str` of its own class carrying the spelling. The readers below turn a cell
into a value or raise `CellFault`, whose words are the reason the clerk reads.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import cast

Cell = str | None


class Number(str):
    """A number, as the file spells it: `7200.5`, `5.22601E+17`."""

    __slots__ = ()


class DateNumber(str):
    """A number shown as a date or a time, as the file spells it, or an ISO date."""

    __slots__ = ()


class Boolean(str):
    """`1` or `0`."""

    __slots__ = ()


class Formula(str):
    """A formula, whatever value was stored beside it. The stored value is dropped unread."""

    __slots__ = ()


class ErrorValue(str):
    """An error value such as `#N/A`."""

    __slots__ = ()


class CellFault(Exception):
    """Why a cell cannot be read as what its column holds; `str(fault)` is the reason to show."""

    @property
    def reason(self) -> str:
        return str(self)


EMPTY = "不能为空"
NOT_A_NUMBER = "应填写数字"
TWO_DECIMALS = "最多两位小数"
NOT_WHOLE = "应填写整数"
TOO_LARGE = "数值过大"
FORMULA = "不能是公式，请复制后选择性粘贴为数值"
DATE = "是日期格式，应为数字"
DATE_AS_TEXT = "是日期格式，应为文本"
NUMBER_AS_TEXT = (
    "应为文本格式（号码以数字或科学计数法保存，末位可能已丢失），"
    "请把单元格设为文本后重新键入，或重新下载模板"
)
CONTROL = "含有不可见的控制字符，请重新键入"
TOO_LONG = "内容过长，最多{limit}个字"

LONGEST_TEXT = 2_000  # of what is kept of a cell; `text` refuses far less
_MAX_TEXT = 500
_MAX_SHOWN = 60
_SAFE_DIGITS = 15  # what Excel keeps of a number; an account of more digits has lost its end
_PLAIN_DIGITS = re.compile(r"\d{1,15}", re.ASCII)
_LEXICAL = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_PLAIN_COLUMN = re.compile(r"(?:\d{1,12}(?:\.\d{1,2})?,)+", re.ASCII)
_YUAN = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,2}))?", re.ASCII)
_TYPED = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d{2}", re.ASCII)
_PLAIN_TEXT = re.compile(r"[!-^`-~·\u3400-\u4dbf\u4e00-\u9fff]*")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_KEEP_WIDE = {ord(mark): ord(mark) for mark in "（），；：！？"}  # right in Chinese text
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SPACES = dict.fromkeys(map(ord, "\u00a0\u3000\u2002\u2003\u2009\u202f\t\r\n"), " ")
_NARROW: dict[int, int | str | None] = {**_FULL_WIDTH, **_KEEP_WIDE, **_INVISIBLE, **_SPACES}
_CONTROL_KINDS = {"Cc", "Cf", "Cs", "Co", "Cn"}


def text(cell: Cell, *, required: bool = False) -> str:
    """Read text: an account, an ID number, a name. Empty gives "" unless `required`.

    Spaces around, zero-width characters and full-width letters and digits are put right; brackets
    and other Chinese punctuation stay. A number of at most 15 plain digits is read as its digits;
    a longer one, or one in scientific notation, has lost its end and is a fault, also where such
    notation has become text.
    """
    if type(cell) is str:
        plain = (cell.isascii() and cell.isalnum()) or _PLAIN_TEXT.fullmatch(cell)
        value = cell if plain and len(cell) <= _MAX_TEXT else _clean(cell)
        if "E+" in value and _SCIENTIFIC.fullmatch(value):
            raise CellFault(NUMBER_AS_TEXT)
    elif cell is None:
        value = ""
    else:
        value = _text_of_other(cell)
    if required and not value:
        raise CellFault(EMPTY)
    return value


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


def choice(cell: Cell, choices: Collection[str]) -> str:
    """Read one of the listed words."""
    value = text(cell, required=True)
    if value not in choices:
        raise CellFault("应为以下之一：" + "、".join(choices))
    return value


def shown(cell: Cell) -> str:
    """Show a clerk what a cell holds: harmless, on one line, 60 characters at most."""
    if cell is None:
        return ""
    spelling = str.__str__(cell).translate(_NARROW).strip()
    if type(cell) is Boolean:
        spelling = "TRUE" if spelling == "1" else "FALSE"
    visible = "".join(mark for mark in spelling if unicodedata.category(mark) not in _CONTROL_KINDS)
    return visible if len(visible) <= _MAX_SHOWN else visible[: _MAX_SHOWN - 1] + "…"


def is_blank(cell: Cell) -> bool:
    """Tell whether nothing is to be seen: empty, or only spaces and zero-width characters."""
    if cell is None:
        return True
    if type(cell) is not str or cell.isalnum():
        return False
    return not cell.translate(_NARROW).strip()


def _text_of_other(cell: str) -> str:
    if isinstance(cell, Number):
        if _PLAIN_DIGITS.fullmatch(cell):
            return str.__str__(cell)
        raise CellFault(NUMBER_AS_TEXT)
    raise CellFault(_refusal_of_kind(cell, date=DATE_AS_TEXT, boolean="应为文本，不能是逻辑值"))


def _clean(value: str) -> str:
    """Normalise what was typed or pasted, and refuse what would hide in a list or a log."""
    if "_x" in value:
        value = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    value = value.translate(_NARROW).strip()
    if any(unicodedata.category(mark) in _CONTROL_KINDS for mark in value):
        raise CellFault(CONTROL)
    if len(value) > _MAX_TEXT:
        raise CellFault(TOO_LONG.format(limit=_MAX_TEXT))
    return value


def _numeric_spelling(cell: Cell) -> str:
    """Spell a number plainly: no exponent, no thousands marks, no needless zeros."""
    if isinstance(cell, Number):
        if _YUAN.fullmatch(cell):
            return str.__str__(cell)
        return _excel_digits(cell)
    if cell is None:
        raise CellFault(EMPTY)
    if type(cell) is not str:
        raise CellFault(_refusal_of_kind(cell, date=DATE, boolean=NOT_A_NUMBER))
    typed = _clean(cell).replace("，", ",")
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


def _refusal_of_kind(cell: str, *, date: str, boolean: str) -> str:
    if isinstance(cell, Formula):
        return FORMULA
    if isinstance(cell, ErrorValue):
        return f"单元格是错误值{shown(cell)}，请改为填写内容"
    return date if isinstance(cell, DateNumber) else boolean
