"""Papers as PDF: a list over as many pages as it needs, and a voucher on one. Text stays searchable.

The same paper always gives the same bytes: nothing in it comes from the clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.files.columns import Column, Value
from services.files.pdf_pen import MARGIN, Align, Box, Fitted, Pen, fit

ROW: Final = 20
_TOP, _HEAD_LINE, _HEADING = 46, 16, 24
_FOOT = 26
_SIZE = 8
_IN_A_LINE = 3
_STEP = 500  # rows from one count to the next
_ALIGN: dict[str, Align] = {"money": "right", "integer": "center", "percent": "center"}

Label = tuple[str, str]
"""What stands above or below the list: a label and its value."""


@dataclass(frozen=True, slots=True)
class ListPaper:
    """A list to print. `totals` maps headings to what stands below their columns on the last page.

    `first_rows` and `next_rows` are the rows of the first page and of each that follows; a row
    with a text of several lines counts as so many. `code` is the 验证码, `verify_at` where it is
    checked.
    """

    title: str
    head: Sequence[Label]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    totals: dict[str, Value]
    code: str
    verify_at: str
    foot: Sequence[Label] = ()
    first_rows: int = 22
    next_rows: int = 31
    is_wide: bool = False


@dataclass(slots=True)
class _Line:
    """A row ready to draw: its cells fitted, and how many rows' height it takes."""

    cells: list[Fitted]
    units: int


def list_paper(paper: ListPaper, count: Callable[[str, int, int], None] | None = None) -> bytes:
    """Draw a list: heading on each page, page x of y, totals and foot on the last page only.

    `count` hears how far it is: rows fitted, then pages drawn, of how many.
    """
    count = count or _quietly
    pen = Pen(paper.title, is_wide=paper.is_wide)
    widths = _widths(paper.columns, pen.right - MARGIN)
    lines = []
    for done, row in enumerate(paper.rows):
        if done % _STEP == 0:
            count("正在排版", done, len(paper.rows))
        lines.append(_line(row, paper.columns, widths))
    pages = _pages(lines, paper)
    for number, lines in enumerate(pages, start=1):
        count("正在生成页面", number, len(pages))
        if number > 1:
            pen.next_page()
        y = _draw_head(pen, paper, widths, is_first=number == 1)
        y = _draw_rows(pen, paper, widths, lines, y)
        if number == len(pages):
            _draw_end(pen, paper, widths, y)
        _draw_foot(pen, paper, f"第{number}页 共{len(pages)}页")
    return pen.finish()


def _quietly(_stage: str, _done: int, _total: int) -> None:
    """Count for nobody."""


def shown(value: Value, kind: str = "text") -> str:
    """Spell a value as people read it: money with thousands and two decimals."""
    if value is None:
        return ""
    if kind == "money" and isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value}%" if kind == "percent" else str(value)


def _widths(columns: Sequence[Column], room: int) -> list[int]:
    """Share `room` points among the columns by their declared widths."""
    asked = [Decimal(str(column.width)) for column in columns]
    widths = [int(room * width / sum(asked)) for width in asked]
    widths[-1] += room - sum(widths)
    return widths


def _line(row: Sequence[Value], columns: Sequence[Column], widths: Sequence[int]) -> _Line:
    cells = [
        fit(shown(value, column.kind), width, _SIZE)
        for value, column, width in zip(row, columns, widths, strict=True)
    ]
    tallest = max(len(cell.lines) * (cell.size + 2) for cell in cells)
    return _Line(cells, max(1, -(-tallest // ROW)))


def _pages(lines: list[_Line], paper: ListPaper) -> list[list[_Line]]:
    pages: list[list[_Line]] = [[]]
    left = paper.first_rows
    for line in lines:
        if line.units > left and pages[-1]:
            pages.append([])
            left = paper.next_rows
        pages[-1].append(line)
        left -= line.units
    return pages


def _draw_head(pen: Pen, paper: ListPaper, widths: Sequence[int], *, is_first: bool) -> int:
    """Draw the title, what the list is about, and the column headings; return where rows begin."""
    pen.text(paper.title, pen.width // 2, _TOP, 16 if is_first else 12, "center")
    y = _TOP + _HEAD_LINE
    about = paper.head if is_first else paper.head[:_IN_A_LINE]
    y = draw_labels(pen, about, y)
    pen.shade(Box(MARGIN, y, pen.right - MARGIN, _HEADING))
    x = MARGIN
    for column, width in zip(paper.columns, widths, strict=True):
        pen.cell(fit(column.heading, width, _SIZE), Box(x, y, width, _HEADING), "center")
        x += width
    pen.line(MARGIN, y, pen.right, y)
    _rule(pen, widths, y, y + _HEADING)
    return y + _HEADING


def draw_labels(pen: Pen, labels: Sequence[Label], y: int, size: int = 9) -> int:
    """Draw labels and values, at most three a line; return where the next thing begins."""
    in_a_line = min(_IN_A_LINE, max(len(labels), 1))
    room = (pen.right - MARGIN) // in_a_line
    for start in range(0, len(labels), in_a_line):
        for place, (label, value) in enumerate(labels[start : start + in_a_line]):
            fitted = fit(f"{label}：{value}", room, size)
            pen.cell(fitted, Box(MARGIN + place * room - 3, y - 2, room, _HEAD_LINE), "left")
        y += _HEAD_LINE
    return y + 4


def _draw_rows(
    pen: Pen, paper: ListPaper, widths: Sequence[int], lines: list[_Line], y: int
) -> int:
    """Draw rows from `y` downwards; return where they end."""
    aligns: list[Align] = [_ALIGN.get(column.kind, "left") for column in paper.columns]
    top = y
    for line in lines:
        height, x = line.units * ROW, MARGIN
        for cell, width, align in zip(line.cells, widths, aligns, strict=True):
            pen.cell(cell, Box(x, y, width, height), align)
            x += width
        y += height
        pen.line(MARGIN, y, pen.right, y)
    _rule(pen, widths, top, y)
    return y


def _rule(pen: Pen, widths: Sequence[int], top: int, bottom: int) -> None:
    """Draw the line below, and those between the columns."""
    x = MARGIN
    pen.line(x, bottom, pen.right, bottom)
    for width in (0, *widths):
        x += width
        pen.line(x, top, x, bottom)


def _draw_end(pen: Pen, paper: ListPaper, widths: Sequence[int], y: int) -> None:
    if paper.totals:
        row = [paper.totals.get(column.heading) for column in paper.columns]
        y = _draw_rows(pen, paper, widths, [_line(row, paper.columns, widths)], y)
    draw_labels(pen, paper.foot, y + 6)


def _draw_foot(pen: Pen, paper: ListPaper, page: str) -> None:
    y = pen.height - _FOOT
    pen.text(f"验证码：{paper.code}　查验：{paper.verify_at}", MARGIN, y, 8)
    pen.text(page, pen.right, y, 8, "right")
