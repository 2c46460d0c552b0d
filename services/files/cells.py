"""What stands in a cell of an uploaded sheet, and what may be read out of it.

A cell is kept as the file spelt it, never as a float: empty is `None`, text is a plain `str`, and
every other kind is a `str` of its own class carrying the spelling. The readers below, and those of
`numbers`, turn a cell into a value or raise `CellFault`, whose words are the reason the clerk reads.
"""

import re
import unicodedata

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
FORMULA = "不能是公式，请复制后选择性粘贴为数值"
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
_PLAIN_DIGITS = re.compile(r"\d{1,15}", re.ASCII)
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
        value = cell if plain and len(cell) <= _MAX_TEXT else clean(cell)
        if "E+" in value and _SCIENTIFIC.fullmatch(value):
            raise CellFault(NUMBER_AS_TEXT)
    elif cell is None:
        value = ""
    else:
        value = _text_of_other(cell)
    if required and not value:
        raise CellFault(EMPTY)
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
    return not narrow(cell)


def _text_of_other(cell: str) -> str:
    if isinstance(cell, Number):
        if _PLAIN_DIGITS.fullmatch(cell):
            return str.__str__(cell)
        raise CellFault(NUMBER_AS_TEXT)
    raise CellFault(refusal_of_kind(cell, date=DATE_AS_TEXT, boolean="应为文本，不能是逻辑值"))


def clean(value: str) -> str:
    """Normalise what was typed or pasted, and refuse what would hide in a list or a log."""
    if "_x" in value:
        value = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    value = narrow(value)
    if any(unicodedata.category(mark) in _CONTROL_KINDS for mark in value):
        raise CellFault(CONTROL)
    if len(value) > _MAX_TEXT:
        raise CellFault(TOO_LONG.format(limit=_MAX_TEXT))
    return value


def narrow(value: str) -> str:
    """Return text half-width, without spaces around it and without what cannot be seen."""
    return value.translate(_NARROW).strip()


def refusal_of_kind(cell: str, *, date: str, boolean: str) -> str:
    """Say why a cell of this kind is no value: a formula, an error, a date, a truth value."""
    if isinstance(cell, Formula):
        return FORMULA
    if isinstance(cell, ErrorValue):
        return f"单元格是错误值{shown(cell)}，请改为填写内容"
    return date if isinstance(cell, DateNumber) else boolean
