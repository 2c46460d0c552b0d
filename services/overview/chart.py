"""A chart as a shape: the table behind it, which columns are drawn and how, and what a bar leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.files.columns import Column, SheetRow

How = Literal["bar", "light bar", "grey bar", "line", "dashed line"]
AMOUNT, COUNT, SHARE, DAYS = "万元", "", "%", "天"
WAN = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Trace:
    """One drawn column of the table."""

    heading: str
    how: How
    unit: str
    """AMOUNT draws yuan as 万元; the others draw the number as it is."""
    is_second: bool = False
    """On the axis at the right."""


@dataclass(frozen=True, slots=True)
class Chart:
    """`rows` are the table behind it, the first column its labels; `keys` name each row's bar."""

    name: str
    title: str
    """The question it answers."""
    definition: str
    as_of: str
    columns: tuple[Column, ...]
    rows: list[SheetRow]
    keys: list[str]
    traces: Sequence[Trace]
    is_across: bool = False
    """Bars lie; labels stand at the left."""
    is_stacked: bool = False
    marks: tuple[tuple[str, str], ...] = ()
    """Lines across at a label: the label, and what to write there."""
    ticks: tuple[str, ...] = ()
    """What stands under each bar instead of its label, where that is too long."""
    along: str = ""
    """What these ticks are."""
    note: str = ""

    @property
    def is_empty(self) -> bool:
        drawn = [self.place(trace.heading) for trace in self.traces]
        return not any(row[place] for row in self.rows for place in drawn)

    def place(self, heading: str) -> int:
        return next(i for i, column in enumerate(self.columns) if column.heading == heading)


def text(heading: str, width: float = 14) -> Column:
    return Column(heading, width=width)


def money(heading: str) -> Column:
    return Column(heading, "money", 18)


def count(heading: str) -> Column:
    return Column(heading, "integer", 12)


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Return a percentage with two decimals, None of nothing."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"))
