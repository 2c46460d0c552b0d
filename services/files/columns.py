"""The columns of a roster, declared once: template, import and export follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "money", "integer", "percent", "choice"]
"""What a column holds. money is yuan; percent is percentage points (12 stands for 12 %)."""

Value = str | int | Decimal | None
"""What a cell is written from. Never a float: money is Decimal yuan."""

SheetRow = Sequence[Value]

HIDDEN_SHEET = "_hall"
"""The sheet that says which template this is: pairs of a key and a value."""


@dataclass(frozen=True)
class Column:
    """One column of a roster sheet.

    `width` is in characters. `minimum` and `maximum` bound what Excel lets a clerk type (yuan,
    whole numbers or percentage points, by kind); the import checks again. `choices` is the list
    of a choice column, 255 characters together at most (Excel's own limit).
    """

    heading: str
    kind: Kind = "text"
    width: float = 14
    editable: bool = False
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    choices: tuple[str, ...] = ()


FAULT_HEADING = "错误原因"
"""The last column of a faults workbook. An upload may still have it; nothing is read from it."""
