"""The Chinese typeface of the prints: a system package's, embedded in each PDF as a subset.

reportlab needs TrueType outlines, which the Noto CJK packages do not have. A character that the
typeface lacks is printed as 〓 and logged, so that it is seen rather than silently dropped.
"""

import logging
from functools import cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from services.errors import BusinessError

NAME: Final = "Hall"
MISSING: Final = "〓"
#: Tried in this order; the first covers most of the rare characters in names.
KNOWN: Final = (
    Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
    Path("/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    Path("/usr/share/fonts/wqy-microhei/wqy-microhei.ttc"),
)
log = logging.getLogger("hall.prints")


class NoFont(BusinessError):
    message = "打印所需的中文字体尚未安装，请联系中心（系统软件包fonts-wqy-zenhei）"


@cache
def glyphs() -> frozenset[int]:
    """Load the typeface once a process; return the code points it can draw. Raises NoFont."""
    for path in KNOWN:
        if not path.is_file():
            continue
        try:
            font = TTFont(NAME, str(path), subfontIndex=0)
        except TTFError:
            log.exception("unusable font %s", path.name)
            continue
        pdfmetrics.registerFont(font)
        return frozenset(font.face.charToGlyph)
    raise NoFont


def drawable(text: str) -> str:
    """Return `text` with 〓 for what the typeface cannot draw, on one line."""
    known = glyphs()
    if known.issuperset(map(ord, text)):
        return text
    plain = " ".join(text.split())
    return "".join(mark if ord(mark) in known else _missing(mark) for mark in plain)


@cache
def _missing(mark: str) -> str:
    """Log a character that the typeface lacks, once a process; return what stands for it."""
    log.warning("missing glyph U+%04X", ord(mark))
    return MISSING


def width(text: str, size: int) -> int:
    """Return how wide `text` is, in hundredths of a point, at `size` points."""
    return round(pdfmetrics.stringWidth(text, NAME, size) * 100)
