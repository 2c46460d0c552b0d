"""A pen on A4: text, lines and cells in points, drawn from the top of the page downwards."""

import io
from typing import Final, Literal, NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from services.files import pdf_font

Align = Literal["left", "center", "right"]

MARGIN: Final = 34
PAD: Final = 3
SMALLEST: Final = 6
_LINE: Final = "#8A94A3"
_SHADE: Final = "#EEF2F7"


class Box(NamedTuple):
    """A cell: its top left corner and its size, in points."""

    x: int
    y: int
    width: int
    height: int


class Fitted(NamedTuple):
    """A text broken to fit a cell, and the size of type at which it fits."""

    lines: tuple[str, ...]
    size: int
    wide: int
    """How wide a single line is, in points; of more lines it is the room they have."""


class Pen:
    """Draws one document; the same strokes always give the same bytes."""

    def __init__(self, title: str, *, is_wide: bool = False) -> None:
        pdf_font.glyphs()
        width, height = (int(side) for side in (reversed(A4) if is_wide else A4))
        self.width, self.height = width, height
        self._target = io.BytesIO()
        self._canvas = Canvas(
            self._target, pagesize=(width, height), pageCompression=1, invariant=1
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor("黔东南州住房公积金管理中心")
        self._size = 0
        self._begin()

    @property
    def right(self) -> int:
        return self.width - MARGIN

    def text(self, words: str, x: int, y: int, size: int = 9, align: Align = "left") -> None:
        """Write on one line; `y` is the baseline, counted from the top of the page."""
        draw = {
            "left": self._canvas.drawString,
            "center": self._canvas.drawCentredString,
            "right": self._canvas.drawRightString,
        }[align]
        if size != self._size:
            self._canvas.setFont(pdf_font.NAME, size)
            self._size = size
        draw(x, self.height - y, words)

    def cell(self, fitted: Fitted, box: Box, align: Align) -> None:
        """Write a fitted text into a cell, in the middle of its height."""
        lead = fitted.size + 2
        base = box.y + (box.height - lead * len(fitted.lines)) // 2 + fitted.size
        spare = box.width - 2 * PAD - fitted.wide
        start = box.x + PAD + (0 if align == "left" else spare if align == "right" else spare // 2)
        for number, line in enumerate(fitted.lines):
            self.text(line, start, base + number * lead, fitted.size)

    def line(self, x1: int, y1: int, x2: int, y2: int) -> None:
        self._canvas.line(x1, self.height - y1, x2, self.height - y2)

    def shade(self, box: Box) -> None:
        """Fill a cell with a light colour, to be written upon."""
        bottom = self.height - box.y - box.height
        self._canvas.setFillColor(_SHADE)
        self._canvas.rect(box.x, bottom, box.width, box.height, stroke=0, fill=1)
        self._canvas.setFillColor("#000000")

    def next_page(self) -> None:
        self._canvas.showPage()
        self._begin()

    def finish(self) -> bytes:
        """End the last page and return the document."""
        self._canvas.showPage()
        self._canvas.save()
        return self._target.getvalue()

    def _begin(self) -> None:
        self._size = 0
        self._canvas.setLineWidth(0.5)
        self._canvas.setStrokeColor(_LINE)


def fit(words: str, width: int, size: int) -> Fitted:
    """Fit a text into `width` points: smaller type down to 6 points, then more lines."""
    words = pdf_font.drawable(words)
    room = (width - 2 * PAD) * 100
    wide = pdf_font.width(words, size)
    if wide <= room:
        return Fitted((words,), size, -(-wide // 100))
    smaller = size * room // wide
    if smaller >= SMALLEST:
        return Fitted((words,), smaller, room // 100)
    smaller = max(SMALLEST, size - 1)
    return Fitted(_broken(words, room, smaller), smaller, room // 100)


def _broken(words: str, room: int, size: int) -> tuple[str, ...]:
    lines: list[str] = []
    line, used = "", 0
    for mark in words:
        wide = pdf_font.width(mark, size)
        if line and used + wide > room:
            lines.append(line)
            line, used = "", 0
        line, used = line + mark, used + wide
    return (*lines, line)
