"""Faults found in an uploaded roster, each with its place, and the workbooks that show them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from services.files.cells import Cell, CellFault
from services.files.columns import FAULT_HEADING, Column, Value
from services.files.numbers import integer, percent, yuan
from services.files.spelling import NumberedRow
from services.files.workbook import Sheet
from services.files.writing import write_numbered

_FAULT_COLUMN = Column(FAULT_HEADING, width=60)
_NUMBERS: dict[str, Callable[[Cell], Value]] = {
    "money": yuan,
    "integer": integer,
    "percent": percent,
}


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in an upload.

    `row` is the sheet's own row number, 0 for a fault of the whole file (a person missing from it).
    `person` names whose row it is (account or name), `column` the heading, `value` what was filled
    in, as `cells.shown` gives it.
    """

    row: int
    person: str
    column: str
    value: str
    reason: str


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Sort by row as they came within a row, faults of the whole file last."""
    return sorted(faults, key=lambda fault: (fault.row == 0, fault.row))


def faults_workbook(
    sheet: Sheet,
    columns: Sequence[Column],
    faults: Iterable[Fault],
    *,
    sheet_name: str = "错误清单",
) -> bytes:
    """Give the upload back, row by row under its own numbers, with a last column of what is wrong.

    Faulty cells are red; faults of the whole file follow at the end. It can be corrected and
    uploaded as it is: `read` knows the last column and leaves it out.
    """
    listed = in_order(faults)
    of_row: dict[int, list[Fault]] = {}
    for fault in listed:
        of_row.setdefault(fault.row, []).append(fault)
    rows: list[NumberedRow] = []
    for number, cells in sheet.rows:
        values = [_as_uploaded(cell, column) for cell, column in zip(cells, columns, strict=True)]
        rows.append((number, (*values, _reasons(of_row.get(number, [])))))
    known = {number for number, _ in rows}
    last = rows[-1][0] if rows else 1
    beside = [fault for fault in listed if fault.row not in known]
    empty = (None,) * len(columns)
    rows += [(last + 1 + i, (*empty, _reasons([fault]))) for i, fault in enumerate(beside)]
    return write_numbered(
        sheet_name,
        (*columns, _FAULT_COLUMN),
        rows,
        identification=sheet.identification,
        marks=_marks(of_row, columns),
    )


def _reasons(faults: Sequence[Fault]) -> str:
    """Word what is wrong in one row; a fault of the whole file names the person too."""
    return "；".join(
        "：".join(part for part in (fault.column, fault.reason) if part)
        if fault.row
        else " ".join(part for part in (fault.person, fault.column, fault.reason) if part)
        for fault in faults
    )


def _marks(of_row: dict[int, list[Fault]], columns: Sequence[Column]) -> dict[int, frozenset[int]]:
    where = {column.heading: index for index, column in enumerate(columns)}
    return {
        row: frozenset(where[fault.column] for fault in faults if fault.column in where)
        for row, faults in of_row.items()
    }


def _as_uploaded(cell: Cell, column: Column) -> Value:
    """Give the content back: as a number where it is one, otherwise as the file spelt it."""
    reader = _NUMBERS.get(column.kind)
    if cell is None or reader is None:
        return cell if cell is None else str.__str__(cell)
    try:
        return reader(cell)
    except CellFault:
        return str.__str__(cell)
