"""Damaged copies of good workbooks, the same ones whenever they are asked for."""

import random
from collections.abc import Iterator

from tests.files.books import PART_OF_SHEET, pack, parts, person, sheet
from tests.files.corpus import GOOD

SEED_OF_BYTES, SEED_OF_XML = 20260701, 7
PIECES = (
    "<", ">", '"', "&", "</row>", "<row>", "<c>", "<!--", "-->", "<![CDATA[", "]]>", "<f>", "</c>",
    'r="1"', "<v>", "</sheetData>", "&#0;", "\0", "\ud800", "\uffff", "\x7f", "\x85", "\r\n", "٣",
    "<!DOCTYPE a>", "<x:y/>", " ", "9" * 40,
)  # fmt: skip


def of_bytes(count: int) -> Iterator[bytes]:
    """Yield copies of a good workbook with one to six of its bytes thrown by dice."""
    chance = random.Random(SEED_OF_BYTES)
    for _ in range(count):
        content = bytearray(GOOD)
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        yield bytes(content)


def of_xml(count: int) -> Iterator[str]:
    """Yield copies of a good sheet with a piece of XML put anywhere, over up to three marks."""
    chance = random.Random(SEED_OF_XML)
    good = parts(sheet(*(person(r) for r in range(2, 6))))[PART_OF_SHEET]
    for _ in range(count):
        at = chance.randrange(len(good))
        yield good[:at] + chance.choice(PIECES) + good[at + chance.randint(0, 3) :]


def packed(spelt: str) -> bytes:
    """Return a workbook with this sheet."""
    return pack(parts() | {PART_OF_SHEET: spelt.encode("utf-8", "surrogatepass")}, level=1)
