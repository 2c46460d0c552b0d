"""The rows of one worksheet: every cell with content, read strictly, as the file spells it."""

from collections.abc import Collection, Sequence
from typing import IO

from services.files.row_shortcut import RowShortcut
from services.files.sheet_elements import Row, SheetElements
from services.files.strictxml import parse_pieces

_TAGS_A_ROW = 8  # only rows that fit no shape cost tags: 5,000 of those pass in any spelling
_TAGS_BESIDE = 50_000


def read_rows(
    stream: IO[bytes], shared: Sequence[str], date_styles: Collection[str], *, max_rows: int
) -> list[Row]:
    """Read the rows with anything in them, their cells from column A on.

    `max_rows` counts the heading too. Raises the refusals of `services.files.refusals`.
    """
    sheet = SheetElements(shared, date_styles, max_rows)
    budget = _TAGS_A_ROW * max_rows + _TAGS_BESIDE
    parse_pieces(stream, sheet, RowShortcut(sheet), max_tags=budget)
    return sheet.rows
