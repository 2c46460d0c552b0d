"""Shapes of rows: rows spelt alike but for their values are read by one pattern, without expat.

A roster saved by any program spells its rows in very few ways. A row that expat has read and that
is spelt plainly becomes a pattern in which only the row number and the values are free; whatever
else differs in a later row (a formula, rich text, an unknown attribute) sends it back to expat.
"""

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from services.files.cells import Cell, Number
from services.files.refusals import DamagedWorkbook
from services.files.strictxml import unescaped

_EMPTY = "(?: ?/>|></c>|><v></v></c>|><v ?/></c>)"
_CELL = re.compile(
    r'<c r="(?P<column>[A-Z]{1,3})[0-9]{1,7}"(?P<attributes>(?: [st]="[A-Za-z0-9]+"){0,2})'
    rf'(?:(?P<empty>{_EMPTY})|>(?P<open><v>|<is><t(?: xml:space="preserve")?>)'
    r"(?P<value>[^<]*)(?P<close></v></c>|</t></is></c>))"
)
_STYLE, _TYPE = re.compile(r' s="(\w+)"'), re.compile(r' t="(\w+)"')
_ROW_START = (
    r'<row r="([0-9]{1,7})"'
    r'(?: (?:hidden="(?:0|false)"|(?:spans|ht|s|thickBot|thickTop|ph|customFormat|customHeight'
    r'|outlineLevel|collapsed|[a-z0-9]+:dyDescent)="[^"<>&]*"))* ?>'
)
_START = re.compile(_ROW_START)
_FREE_TEXT = r"([^<\x00-\x08\x0b-\x1f]{0,2000})"
_FREE_NUMBER = r"([-+.0-9eE]{1,40})"  # kept as spelt: whether it is one is for `cells` to say
_FREE_INDEX = r"([0-9]{1,7})"
_LETTERS = 3
_IN_LINE = "inlineStr"

#: Reads the filled cells of a column: whole columns pass in C, cell by cell takes twice as long.
Reader = Callable[[Iterable[str]], Iterator[Cell]]


class Shape(NamedTuple):
    """A pattern of a whole row, the column of each value it frees, and how to read each."""

    pattern: re.Pattern[str]
    columns: tuple[int, ...]
    readers: tuple[Reader, ...]
    has_gaps: bool

    def rows(self, columns: Sequence[Sequence[str | None]]) -> list[tuple[Cell, ...]]:
        """Read the freed values, given column by column; `None` stands for what was left empty."""
        read: list[Iterable[Cell]] = []
        for reader, values in zip(self.readers, columns, strict=True):
            filled = reader(filter(None, values))
            read.append(
                filled if all(values) else [next(filled) if value else None for value in values]
            )
        if self.has_gaps:
            empty: Iterable[Cell] = (None,) * len(columns[0])
            where = dict(zip(self.columns, read, strict=True))
            read = [where.get(index, empty) for index in range(self.columns[-1] + 1)]
        return list(zip(*read, strict=True))


def shape_of(
    piece: str, shared: Sequence[str], date_styles: Collection[str], widest: int
) -> Shape | None:
    """Make a pattern of a row just read, or say with `None` that it is not spelt plainly."""
    row = _START.match(piece, max(0, piece.rfind("<row ")))
    if row is None:
        return None
    number, position = row[1], row.end()
    parts, columns, readers = [_ROW_START], [], []
    while not piece.startswith("</row>", position):
        cell = _CELL.match(piece, position)
        if cell is None or not cell[0].startswith(f'<c r="{cell["column"]}{number}"'):
            return None
        reader = _reader_of(cell, shared, date_styles)
        if reader is None and not cell["empty"]:
            return None
        parts.append(_pattern_of(cell))
        if reader is not None:
            columns.append(column_index(cell["column"]))
            readers.append(reader)
        position = cell.end()
    if columns and columns[-1] >= widest:
        return None
    pattern = re.compile("".join(parts) + "</row>")
    has_gaps = columns != list(range(len(columns)))
    return Shape(pattern, tuple(columns), tuple(readers), has_gaps)


@functools.lru_cache(maxsize=256)
def column_index(letters: str) -> int:
    """Count columns from 0: A is 0, AA is 26. Raises `DamagedWorkbook` for no column of a sheet."""
    if not (
        letters.isascii() and letters.isalpha() and letters.isupper() and len(letters) <= _LETTERS
    ):
        raise DamagedWorkbook
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _reader_of(
    cell: re.Match[str], shared: Sequence[str], date_styles: Collection[str]
) -> Reader | None:
    """Choose how to read values of this cell's kind; `None` for an empty or an unusual one."""
    kind, style = _attribute(_TYPE, cell) or "n", _attribute(_STYLE, cell)
    in_line = bool(cell["open"]) and cell["open"] != "<v>"
    if cell["empty"] or in_line != (kind == _IN_LINE) or in_line == (cell["close"] == "</v></c>"):
        return None
    if kind == "n":
        return None if style in date_styles else functools.partial(map, Number)
    if kind == "s":
        return lambda indexes: map(shared.__getitem__, map(int, indexes))
    return functools.partial(map, _text) if kind in (_IN_LINE, "str") else None


def _pattern_of(cell: re.Match[str]) -> str:
    """Spell the cell as a pattern: all as it stands but the row's number and the value, if any."""
    start, attributes = rf'<c r="{cell["column"]}\1"', cell["attributes"]
    if cell["empty"]:
        return f"{start}{attributes}{_EMPTY}"
    kind = _attribute(_TYPE, cell) or "n"
    free = {"n": _FREE_NUMBER, "s": _FREE_INDEX}.get(kind, _FREE_TEXT)
    filled = f"{attributes}>{cell['open']}{free}{cell['close']}"
    return f"{start}(?:{filled}|(?:{attributes}|{_TYPE.sub('', attributes)}){_EMPTY})"


def _attribute(wanted: re.Pattern[str], cell: re.Match[str]) -> str | None:
    found = wanted.search(cell["attributes"])
    return found[1] if found else None


def _text(value: str) -> Cell:
    return unescaped(value) or None
