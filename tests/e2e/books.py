"""Workbooks as the clerk fills them in: the template she downloaded, typed into with openpyxl."""

from collections.abc import Callable, Mapping
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

ACCOUNT, NAME, OLD_BASE, NEW_BASE = 2, 3, 6, 8  # columns, from 1
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def rows(content: bytes) -> list[tuple[object, ...]]:
    """Return the rows below the headings."""
    sheet = _sheet(load_workbook(BytesIO(content)))
    return [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[ACCOUNT - 1]]


def filled(
    content: bytes, base: object, changes: Mapping[tuple[int, int], object] | None = None
) -> bytes:
    """Return the template with `base` for everybody, then `changes`: (row, column) to value."""

    def fill(sheet: Worksheet) -> None:
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, NEW_BASE).value = base  # type: ignore[assignment]
        for (row, column), value in (changes or {}).items():
            sheet.cell(row, column).value = value  # type: ignore[assignment]

    return _changed(content, fill)


def only(content: bytes, account: object) -> bytes:
    """Return the workbook with the row of this account alone."""

    def keep(sheet: Worksheet) -> None:
        for row in range(sheet.max_row, 1, -1):
            if sheet.cell(row, ACCOUNT).value != account:
                sheet.delete_rows(row)

    return _changed(content, keep)


def cells(content: bytes) -> list[tuple[object, ...]]:
    """Return every row of the first sheet, the headings first."""
    return list(_sheet(load_workbook(BytesIO(content))).iter_rows(values_only=True))


def formulas(content: bytes) -> list[str]:
    """Return where a formula stands: nowhere, in what the hall hands out."""
    sheet = _sheet(load_workbook(BytesIO(content)))
    return [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def texts(content: bytes) -> str:
    """Return all that stands in a workbook, to look for words in."""
    book = load_workbook(BytesIO(content))
    cells = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return "\n".join(str(cell) for cell in cells if cell is not None)


def _changed(content: bytes, change: Callable[[Worksheet], None]) -> bytes:
    book = load_workbook(BytesIO(content))
    change(_sheet(book))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _sheet(book: Workbook) -> Worksheet:
    return book.worksheets[0]
