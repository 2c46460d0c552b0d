"""A line of a base adjustment (清册行): what is asked of the database about it, and its judgement.

Every edit in a roster asks these, so they are spelt out once, on the tables: objects would cost
more than the database does.
"""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    SQLColumnExpression,
    select,
    type_coerce,
)

from data.bulk import table_of
from data.enums import ContributorStatus
from data.models.base_adjustment import BaseAdjustmentLine
from data.models.register import Contributor
from services import standing

#: A new base this far from the old one, in percent of it, is worth a second look.
STEEP_RISE, STEEP_FALL = 50, -30

_STATUSES = {status.value: status for status in ContributorStatus}
MONEY = ("old_base", "new_base", "employer_amount", "contributor_amount")
LINE, PERSON = table_of(BaseAdjustmentLine), table_of(Contributor)


def fen(column: SQLColumnExpression[Decimal]) -> ColumnElement[int]:
    """Read a column of money in whole fen."""
    return type_coerce(column, BigInteger)


OLD_AMOUNT = fen(PERSON.c.employer_amount + PERSON.c.contributor_amount)
NEW_AMOUNT = fen(LINE.c.employer_amount + LINE.c.contributor_amount)
#: The columns of `frames.Shown`.
SHOWN = select(
    LINE.c.row,
    PERSON.c.account,
    PERSON.c.name,
    PERSON.c.id_number,
    fen(LINE.c.old_base),
    fen(LINE.c.new_base),
    OLD_AMOUNT,
    NEW_AMOUNT,
).join_from(LINE, PERSON)
#: The columns of `Line`, to be narrowed to a case.
LINES = select(
    PERSON.c.id,
    PERSON.c.account,
    PERSON.c.name,
    PERSON.c.id_number,
    standing.STATUS,
    fen(PERSON.c.base),
    LINE.c.row,
    fen(LINE.c.old_base),
    fen(LINE.c.new_base),
    fen(LINE.c.employer_amount),
    fen(LINE.c.contributor_amount),
    OLD_AMOUNT,
).join_from(LINE, PERSON)


class Line(NamedTuple):
    """A line with its person, as the checks need it. Money is fen."""

    contributor_id: int
    account: str
    name: str
    id_number: str
    status_code: str
    present_base: int
    row: int
    old_base: int
    new_base: int
    employer_amount: int
    contributor_amount: int
    old_amount: int

    @property
    def status(self) -> ContributorStatus:
        return _STATUSES[self.status_code]

    @property
    def new_amount(self) -> int:
        return self.employer_amount + self.contributor_amount

    @property
    def is_steep(self) -> bool:
        return is_steep(self.old_base, self.new_base)


def is_steep(old_base: int, new_base: int) -> bool:
    """Tell whether a base moves so far that it is worth a second look."""
    change = (new_base - old_base) * 100
    return change > STEEP_RISE * old_base or change < STEEP_FALL * old_base
