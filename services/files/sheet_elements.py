"""The elements of a worksheet's XML made into rows: read strictly, or refused."""

import itertools
import operator
from collections.abc import Collection, Sequence
from typing import NamedTuple

from services.files.allowance import Allowance
from services.files.cells import (
    LONGEST_TEXT,
    Boolean,
    Cell,
    DateNumber,
    ErrorValue,
    Formula,
    Number,
    is_blank,
)
from services.files.refusals import (
    DamagedWorkbook,
    FarCell,
    HiddenRow,
    MergedCells,
    TooManyRows,
    place,
)
from services.files.shapes import column_index
from services.files.strictxml import local

MAX_COLUMNS = 40
_SLACK_ROWS = 10_000  # how far below the last possible row a stray cell is still called a row
_USUAL_ROWS, _MAX_BYTES = 20_000, 56 * 1024 * 1024  # of text in so many rows
_MAX_DIGITS = 11
_TRUE = ("1", "true")


class Row(NamedTuple):
    """One row: its number in the sheet, from 1, and its cells, `None` where there is nothing."""

    number: int
    cells: tuple[Cell, ...]


class SheetElements:
    """Collects rows from the XML of a sheet and refuses what a roster must not have."""

    def __init__(self, shared: Sequence[str], date_styles: Collection[str], max_rows: int) -> None:
        self.rows: list[Row] = []
        self.shared, self.date_styles = shared, date_styles
        self._max_rows = max_rows
        self._allowance = Allowance(_MAX_BYTES * max(1, max_rows // _USUAL_ROWS))
        self._longest_shared = max(map(len, shared), default=0)
        self._path: list[str] = []
        self._number = 0
        self._hidden = False
        self._column = -1
        self._cells: list[Cell] = []
        self._type, self._style = "n", ""
        self._formula: str | None = None
        self._value: list[str] | None = None

    @property
    def is_between_rows(self) -> bool:
        return self._path == ["worksheet", "sheetData"]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "f":
            self._formula = ""
        elif tag == "mergeCell":
            raise MergedCells(cells=attributes.get("ref", "")[:20])
        self._path.append(tag)

    def text(self, data: str) -> None:
        if self._value is None:
            return
        tag = self._path[-1]
        if tag == "f":
            self._formula = (self._formula or "") + data
        elif tag == "v" or (tag == "t" and "rPh" not in self._path):
            self._value.append(data)

    def end(self, _name: str) -> None:
        tag = self._path.pop()
        if tag == "c":
            if self._value or self._formula is not None:
                self._end_cell("".join(self._value or ())[: LONGEST_TEXT + 1])
            self._value = None
        elif tag == "row":
            self.add(self._number, tuple(self._cells), hidden=self._hidden)

    def check_number(self, number: int) -> None:
        if number <= self._number:
            raise DamagedWorkbook
        self._number = number

    def add(self, number: int, cells: tuple[Cell, ...], *, hidden: bool = False) -> None:
        """Keep a row with something to be seen in it."""
        if not _begins_plainly(cells) and all(map(is_blank, cells)):
            return
        if hidden:
            raise HiddenRow(row=number)
        if number > self._max_rows + _SLACK_ROWS:
            filled = next(column for column, cell in enumerate(cells) if not is_blank(cell))
            raise FarCell(cell=place(number, filled))
        if len(self.rows) >= self._max_rows:
            raise TooManyRows(limit=self._max_rows - 1)
        self._allowance.take(cells)
        self.rows.append(Row(number, cells))

    def add_run(self, run: list[Row], piece: str) -> None:
        """Keep rows read from a piece of the XML: at once, where there is nothing to mind in any."""
        numbers = [self._number, *(number for number, _ in run)]
        firsts = [cells[0] if cells else None for _, cells in run]
        is_rising = all(map(operator.lt, numbers, numbers[1:]))
        has_room = len(self.rows) + len(run) <= self._max_rows >= numbers[-1]
        if is_rising and has_room and all(firsts) and all(map(str.isalnum, filter(None, firsts))):
            kept = itertools.chain.from_iterable(cells for _, cells in run)
            count = sum(len(cells) for _, cells in run)
            self._allowance.take_read(kept, count, piece, longest=self._longest_shared)
            self.rows += run
            self._number = numbers[-1]
            return
        for number, cells in run:
            self.check_number(number)
            self.add(number, cells)

    def _start_row(self, attributes: dict[str, str]) -> None:
        if not self.is_between_rows:
            raise DamagedWorkbook
        number = attributes.get("r", str(self._number + 1))
        if not (number.isascii() and number.isdecimal() and len(number) <= _MAX_DIGITS):
            raise DamagedWorkbook
        self.check_number(int(number))
        self._hidden = attributes.get("hidden") in _TRUE
        self._cells, self._column = [], -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self._path[-1:] != ["row"]:
            raise DamagedWorkbook
        column = self._column + 1
        reference = attributes.get("r")
        if reference is not None:
            letters = reference.rstrip("0123456789")
            if reference[len(letters) :] != str(self._number):
                raise DamagedWorkbook
            column = column_index(letters)
        if column <= self._column:
            raise DamagedWorkbook
        self._column = column
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._formula, self._value = None, []

    def _end_cell(self, value: str) -> None:
        cell = self._cell(value)
        if cell is None:
            return
        if self._column >= MAX_COLUMNS:
            if is_blank(cell):
                return
            raise FarCell(cell=place(self._number, self._column))
        self._cells += [None] * (self._column - len(self._cells))
        self._cells.append(cell)

    def _cell(self, value: str) -> Cell:
        if self._formula is not None:
            return Formula("=" + self._formula[:LONGEST_TEXT])
        if self._type == "s":
            return self._shared(value)
        if self._type in ("inlineStr", "str"):
            return value or None
        if not (value := value.strip()):
            return None
        kinds: dict[str, type[str]] = {"n": Number, "b": Boolean, "e": ErrorValue, "d": DateNumber}
        if self._type not in kinds:
            raise DamagedWorkbook
        if self._type == "n" and self._style in self.date_styles:
            return DateNumber(value)
        return kinds[self._type](value)

    def _shared(self, index: str) -> Cell:
        index = index.strip()
        is_number = index.isascii() and index.isdecimal() and len(index) < _MAX_DIGITS
        if not is_number or int(index) >= len(self.shared):
            raise DamagedWorkbook
        return self.shared[int(index)]


def _begins_plainly(cells: tuple[Cell, ...]) -> bool:
    """Tell at a glance, as nearly all rows allow, that there is something to be seen."""
    return bool(cells and cells[0] and cells[0].isalnum())
