"""Rosters in and out as .xlsx: one declaration of columns gives template, import and export.

This is the module a business imports: `Column`, `write`, `read`, and the faults of a roster. What
the cells that `read` gives can be turned into stands in `services.files.cells`.
"""

import operator
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.files import guard
from services.files.cells import Cell, CellFault, is_blank, text
from services.files.columns import FAULT_HEADING, HIDDEN_SHEET, Column, Kind, SheetRow, Value
from services.files.layout import Layout, layout_of
from services.files.refusals import EmptyRoster, UnreadableWorkbook, WrongColumns, place
from services.files.rows import read_rows
from services.files.shared_strings import read_shared_strings
from services.files.sheet_elements import Row
from services.files.writing import write

__all__ = [
    "Cell",
    "Column",
    "Kind",
    "Row",
    "Sheet",
    "SheetRow",
    "UnreadableWorkbook",
    "Value",
    "WrongColumns",
    "read",
    "write",
]

_TURNS = threading.BoundedSemaphore(2)  # rosters read at once; the others wait, in no memory
_MAX_IDENTIFICATION = 50
_MAX_SHOWN_HEADINGS = 10


class Sheet(NamedTuple):
    """An upload as read: the rows with anything in them, and what the hidden sheet says.

    The cells of each row stand in the order of the columns declared, as many as those.
    """

    rows: list[Row]
    identification: dict[str, str]


def read(
    content: bytes,
    columns: Sequence[Column],
    *,
    max_rows: int = 20_000,
    max_bytes: int = guard.MAX_BYTES,
) -> Sheet:
    """Read the first sheet of an upload, its columns in whatever order, `max_rows` rows at most.

    Raises a subclass of `UnreadableWorkbook` when the file as a whole cannot be taken, among them
    `WrongColumns` naming what the heading row lacks. What is wrong with single cells is not looked
    at here: formulas, error values and dates come as cells that the readers of `cells` refuse.
    """
    with _TURNS:
        return _read(content, columns, max_rows, max_bytes)


def _read(content: bytes, columns: Sequence[Column], max_rows: int, max_bytes: int) -> Sheet:
    package = guard.open_package(content, max_bytes=max_bytes)
    layout = layout_of(package, HIDDEN_SHEET)
    part = layout.shared_strings
    shared = read_shared_strings(package.open(part)) if part else []
    stream = package.open(layout.sheet)
    rows = read_rows(stream, shared, layout.date_styles, max_rows=max_rows + 1)
    if not rows:
        raise EmptyRoster
    arranged = _arranged(rows[0], rows[1:], columns)
    return Sheet(
        rows=[row for row in arranged if row[1][0] or not all(map(is_blank, row.cells))],
        identification=_identification(package, layout, shared),
    )


def _identification(
    package: guard.Package, layout: Layout, shared: Sequence[str]
) -> dict[str, str]:
    """Read the pairs of the hidden sheet. Anybody can write there: it proves nothing."""
    if layout.hidden_sheet is None:
        return {}
    stream = package.open(layout.hidden_sheet)
    rows = read_rows(stream, shared, frozenset(), max_rows=_MAX_IDENTIFICATION)
    try:
        return {text(cells[0]): text(cells[1]) for _, cells in rows if len(cells) > 1}
    except CellFault:
        return {}


def _arranged(heading: Row, rows: Sequence[Row], columns: Sequence[Column]) -> Sequence[Row]:
    """Give the rows with their cells in the declared order: as they are, where they stand in it."""
    expected = [_same(column.heading) for column in columns]
    found = _headings(heading, expected)
    _check_headings(found, expected)
    if found == expected and {len(cells) for _, cells in rows} <= {len(expected)}:
        return rows
    return list(map(_arrangement(found, expected), rows))


def _arrangement(found: Sequence[str], expected: Sequence[str]) -> Callable[[Row], Row]:
    """Give the function that brings the cells of a row into the declared order."""
    where = {name: index for index, name in enumerate(found) if name}
    indexes = [where[name] for name in expected]
    width, in_order = len(found), indexes == list(range(len(expected)))
    pick = operator.itemgetter(*indexes) if len(indexes) > 1 else None
    unlabelled = [index for index, name in enumerate(found) if not name]

    def arrange(row: Row) -> Row:
        number, cells = row
        if len(cells) > width or unlabelled:
            _refuse_unlabelled(number, cells, width, unlabelled, expected)
            cells = cells[:width]
        if len(cells) < width:
            cells += (None,) * (width - len(cells))
        if in_order:
            return row if len(row.cells) == len(indexes) else Row(number, cells[: len(indexes)])
        return Row(number, pick(cells) if pick else (cells[indexes[0]],))

    return arrange


def _headings(heading: Row, expected: Sequence[str]) -> list[str]:
    """Read the heading row, "" where there is none; spaces within a heading do not count."""
    number, cells = heading
    names = []
    for column, cell in enumerate(cells):
        try:
            names.append(_same(text(cell)))
        except CellFault as fault:
            detail = f"{place(number, column)}{fault.reason}"
            raise WrongColumns(detail=detail, expected="、".join(expected)) from fault
    return names


def _same(heading: str) -> str:
    """Bring headings typed with other spaces or brackets to one spelling."""
    return "".join(heading.split()).replace("（", "(").replace("）", ")")


def _check_headings(found: Sequence[str], expected: Sequence[str]) -> None:
    named = [name for name in found if name and (name != FAULT_HEADING or name in expected)]
    problems = [
        ("缺少列", [name for name in expected if name not in named]),
        ("多出列", [name for name in named if name not in expected]),
        ("重复列", sorted({name for name in named if named.count(name) > 1})),
    ]
    details = [f"{what}{_quoted(names)}" for what, names in problems if names]
    if details:
        raise WrongColumns(detail="；".join(details), expected="、".join(expected))


def _quoted(names: Sequence[str]) -> str:
    listed = "、".join(f"“{name[:20]}”" for name in names[:_MAX_SHOWN_HEADINGS])
    return listed + ("等" if len(names) > _MAX_SHOWN_HEADINGS else "")


def _refuse_unlabelled(
    number: int,
    cells: tuple[Cell, ...],
    width: int,
    unlabelled: Sequence[int],
    expected: Sequence[str],
) -> None:
    """Refuse content in a column without a heading: nobody can say what it means."""
    for column in (*unlabelled, *range(width, len(cells))):
        if column < len(cells) and not is_blank(cells[column]):
            detail = f"{place(number, column)}有内容而该列没有表头，请删除"
            raise WrongColumns(detail=detail, expected="、".join(expected))
