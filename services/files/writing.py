"""Writing rosters: XlsxWriter makes the workbook around the rows, `spelling` the rows.

XlsxWriter writes one sample row for its styles; the real rows are put in its place as bytes, many
times faster than cell by cell. Every text is an inline string, so none can become a formula.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter

from services.files.columns import HIDDEN_SHEET, Column, SheetRow
from services.files.refusals import letters
from services.files.spelling import Marks, NumberedRow, spell_rows
from services.files.validation import add_validation

_EDITABLE_HEADING, _EDITABLE = "#FFE699", "#FFF9E1"
_LOCKED_HEADING, _LOCKED = "#D9D9D9", "#F2F2F2"
_FAULTY = "#F8A5A5"
_NUMBER_FORMATS = {
    "text": "@",
    "choice": "@",
    "money": "#,##0.00",
    "integer": "0",
    "percent": "0.##%",
}
_NOWHEN = (1980, 1, 1, 0, 0, 0)
_COMPRESSION = 2
_SHEET_PART = "xl/worksheets/sheet1.xml"
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_SHEET_NAME = 31
_SAMPLE = re.compile(r'<c r="[A-Z]+([23])"(?: s="(\d+)")?/>')


def write(
    sheet_name: str,
    columns: Sequence[Column],
    rows: Iterable[SheetRow],
    *,
    identification: Mapping[str, str] | None = None,
    protect: bool = True,
    spare_rows: int = 0,
) -> bytes:
    """Write a template or an export; rows hold one value a column, `None` for an empty cell.

    Money is Decimal yuan, percent is Decimal or int percentage points, and a float is a mistake
    (`TypeError`). A protected sheet is locked but for the editable columns; `spare_rows` adds that
    many empty rows below to be filled in. `identification` goes to the hidden sheet, where `read`
    finds it again.
    """
    numbered: list[NumberedRow] = list(enumerate(rows, start=2))
    empty: SheetRow = (None,) * len(columns)
    first_spare = len(numbered) + 2
    numbered += [(first_spare + index, empty) for index in range(spare_rows)]
    return write_numbered(
        sheet_name, columns, numbered, identification=identification, protect=protect
    )


def write_numbered(
    sheet_name: str,
    columns: Sequence[Column],
    rows: Sequence[NumberedRow],
    *,
    identification: Mapping[str, str] | None = None,
    protect: bool = True,
    marks: Marks | None = None,
) -> bytes:
    """Write rows under the numbers given (rising, from 2); `marks` names cells to show in red."""
    last = rows[-1][0] if rows else 1
    skeleton = _skeleton(sheet_name, columns, last, identification or {}, protect=protect)
    source = zipfile.ZipFile(io.BytesIO(skeleton))
    sheet = source.read(_SHEET_PART).decode()
    start, end = sheet.index('<row r="2"'), sheet.index("</sheetData>")
    plain, faulty = _styles(sheet[start:end])
    spelt = spell_rows(columns, rows, plain, faulty, marks or {})
    head = re.sub(
        r'<dimension ref="[A-Z0-9:]+"/>',
        f'<dimension ref="A1:{letters(len(columns) - 1)}{last}"/>',
        sheet[:start],
    )
    return _repack(source, b"".join((head.encode(), *spelt, sheet[end:].encode())))


def _skeleton(
    sheet_name: str,
    columns: Sequence[Column],
    last: int,
    identification: Mapping[str, str],
    *,
    protect: bool,
) -> bytes:
    """Make a workbook with the heading, a sample row of plain cells and one of faulty cells."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"author": "", "created": dt.datetime(*_NOWHEN, tzinfo=dt.UTC)})
    name = _NOT_IN_A_SHEET_NAME.sub(" ", sheet_name)[:_LONGEST_SHEET_NAME]
    sheet = book.add_worksheet(name)
    for index, column in enumerate(columns):
        number = {"num_format": _NUMBER_FORMATS[column.kind]}
        body = {**number, "border": 1, "border_color": "#BFBFBF", "locked": not column.editable}
        heading = _EDITABLE_HEADING if column.editable else _LOCKED_HEADING
        style = {"bold": True, "align": "center", "border": 1, "text_wrap": True}
        sheet.set_column(index, index, column.width, book.add_format(number))
        sheet.write_string(
            0, index, column.heading, book.add_format({**style, "bg_color": heading})
        )
        fill = _EDITABLE if column.editable else _LOCKED
        sheet.write_blank(1, index, None, book.add_format({**body, "bg_color": fill}))
        sheet.write_blank(2, index, None, book.add_format({**body, "bg_color": _FAULTY}))
        add_validation(sheet, index, column, last)
    _lay_out(sheet, columns, last, protect=protect)
    if identification:
        _identify(book, identification)
    book.close()
    return target.getvalue()


def _lay_out(
    sheet: xlsxwriter.worksheet.Worksheet, columns: Sequence[Column], last: int, *, protect: bool
) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    ranges = [
        f"{letters(index)}2:{letters(index)}{max(last, 2)}"
        for index, column in enumerate(columns)
        if column.kind in ("text", "choice")
    ]
    if ranges:
        sheet.ignore_errors({"number_stored_as_text": " ".join(ranges)})
    if protect:
        sheet.protect("", {"format_columns": True, "format_rows": True})


def _identify(book: xlsxwriter.Workbook, identification: Mapping[str, str]) -> None:
    hidden = book.add_worksheet(HIDDEN_SHEET)
    hidden.very_hidden()
    hidden.protect()
    for row, (key, value) in enumerate(identification.items()):
        hidden.write_string(row, 0, key)
        hidden.write_string(row, 1, value)


def _styles(samples: str) -> tuple[list[str], list[str]]:
    """Give the style attributes of plain and of faulty cells, by column."""
    found: dict[str, list[str]] = {"2": [], "3": []}
    for row, style in _SAMPLE.findall(samples):
        found[row].append(f' s="{style}"' if style else "")
    return found["2"], found["3"]


def _repack(source: zipfile.ZipFile, sheet: bytes) -> bytes:
    """Put the sheet into a new zip beside the other parts, the same bytes for the same content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part in source.infolist():
            content = sheet if part.filename == _SHEET_PART else source.read(part)
            info = zipfile.ZipInfo(part.filename, _NOWHEN)
            archive.writestr(info, content, zipfile.ZIP_DEFLATED, _COMPRESSION)
    return target.getvalue()
