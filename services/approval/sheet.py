"""What an officer looks at before deciding: the figures, and the lines before and after."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its label; `mark` is "", "up", "down" or "warn"."""

    label: str
    value: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a business shows of one case.

    `lines` has Chinese headings as its columns, text or Decimal yuan in them, and for each row the
    reason for a second look in the column 核对提示, where it has one. `money` names the yuan columns.
    """

    figures: list[Figure] = field(default_factory=list)
    lines: pd.DataFrame | None = None
    money: tuple[str, ...] = ()
