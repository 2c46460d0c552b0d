"""What an officer looks at before deciding: figures, lines before and after, checks with their rule."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import pandas as pd

from services.errors import BusinessError


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
    reason for a second look in the column 核对提示, where it has one. `money` names the yuan columns,
    `pairs` the columns that are the same thing before and after.
    """

    figures: list[Figure] = field(default_factory=list)
    lines: pd.DataFrame | None = None
    money: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


class Outcome(Enum):
    """What a check says; the value is what pages show beside the colour."""

    PASSED = "通过"
    NOTED = "需核对"
    FAILED = "不通过"


@dataclass(frozen=True, slots=True)
class Check:
    """One rule, and what it says of the case as things stand now."""

    name: str
    rule: str
    outcome: Outcome
    said: str = ""


def checked(name: str, rule: str, test: Callable[[], str | None]) -> Check:
    """Run a check: what it raises speaks against the case, what it returns deserves a second look."""
    try:
        note = test()
    except BusinessError as refusal:
        return Check(name, rule, Outcome.FAILED, str(refusal))
    return Check(name, rule, Outcome.NOTED if note else Outcome.PASSED, note or "")


def raised(objection: BusinessError | None) -> None:
    """Raise the objection, where there is one: for checks that say instead of raising."""
    if objection:
        raise objection
