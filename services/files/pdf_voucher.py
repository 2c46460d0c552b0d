"""A voucher (凭证) as PDF: one page with a small table of figures between lines of words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.files.pdf import Label, draw_labels
from services.files.pdf_pen import MARGIN, Align, Box, Pen, fit

_TITLE, _TOP, _ROW, _SIZE = 64, 92, 28, 10
_GAP: Final = 10


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher to print. `heads` are the lines above the figures, `groups` those below.

    Each row of `figures` begins with what it counts; the first holds the headings.
    """

    title: str
    heads: Sequence[Sequence[Label]]
    figures: Sequence[Sequence[str]]
    groups: Sequence[Sequence[Label]]
    seal: str
    code: str
    verify_at: str


def voucher_paper(voucher: Voucher) -> bytes:
    """Draw a voucher, words spaced out in the title as on paper forms."""
    pen = Pen(voucher.title)
    pen.text(" ".join(voucher.title), pen.width // 2, _TITLE, 18, "center")
    y = _TOP
    for line in voucher.heads:
        y = draw_labels(pen, line, y, _SIZE)
    y = _draw_figures(pen, voucher.figures, y) + _GAP
    for group in voucher.groups:
        y = draw_labels(pen, group, y, _SIZE) + _GAP
    pen.text(voucher.seal, pen.right, y + _GAP, _SIZE, "right")
    pen.text(f"验证码：{voucher.code}　查验：{voucher.verify_at}", MARGIN, pen.height - MARGIN, 8)
    pen.text("第1页 共1页", pen.right, pen.height - MARGIN, 8, "right")
    return pen.finish()


def _draw_figures(pen: Pen, figures: Sequence[Sequence[str]], y: int) -> int:
    """Draw the table; return where it ends."""
    count = len(figures[0])
    width = (pen.right - MARGIN) // count
    right = MARGIN + width * count
    pen.shade(Box(MARGIN, y, width * count, _ROW))
    for number, row in enumerate(figures):
        top = y + number * _ROW
        pen.line(MARGIN, top, right, top)
        for place, words in enumerate(row):
            is_figure = number and place
            cell = fit(words, width, _SIZE)
            align: Align = "right" if is_figure else "center"
            pen.cell(cell, Box(MARGIN + place * width, top, width, _ROW), align)
    bottom = y + len(figures) * _ROW
    pen.line(MARGIN, bottom, right, bottom)
    for place in range(count + 1):
        pen.line(MARGIN + place * width, y, MARGIN + place * width, bottom)
    return bottom
