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
    edges = [*(MARGIN + width * place for place in range(count)), pen.right]
    pen.shade(Box(MARGIN, y, pen.right - MARGIN, _ROW))
    for number, row in enumerate(figures):
        top = y + number * _ROW
        pen.line(MARGIN, top, pen.right, top)
        for words, left, right in zip(row, edges, edges[1:], strict=False):
            align: Align = "right" if number and left > MARGIN else "center"
            box = Box(left, top, right - left, _ROW)
            pen.cell(fit(words, box.width, _SIZE), box, align)
    bottom = y + len(figures) * _ROW
    pen.line(MARGIN, bottom, pen.right, bottom)
    for edge in edges:
        pen.line(edge, y, edge, bottom)
    return bottom
