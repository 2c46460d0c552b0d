"""People who are sealed by now (已封存的缴存人): in the months before their sealing they contributed.

A month that nobody has assessed is reckoned with the people of today; these belong to it as well,
also where they have moved to another employer since. It is asked only where months lie open before
this one, so that there are few.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select, type_coerce, union_all
from sqlalchemy.orm import Session

from data.base import YuanType
from data.enums import ContributorStatus
from data.models.register import Contributor, Departure, Employer
from services import standing
from services.rules import clock
from services.rules.months import Month


class Leavers(NamedTuple):
    """People alike in their first month and in the first that they are out of. The amount is yuan."""

    first_month: int
    sealed_month: int
    heads: int
    amount: Decimal


def of_employers(session: Session, *which: ColumnElement[bool]) -> Mapping[int, list[Leavers]]:
    """Return who has left the employers that `which` names since their last settled month."""
    paid, assessed = (func.coalesce(end, 0) for end in (Employer.paid_to, Employer.assessed_to))
    this_month = Month.containing(clock.today())
    sealed = _of(Contributor).where(
        Contributor.status == ContributorStatus.SEALED,
        Contributor.sealed_month.is_not(None),
        ~standing.IS_STILL,
        *(end < this_month.plus(-1).number for end in (paid, assessed)),
    )
    moved = _of(Departure).where(*(end < this_month.number for end in (paid, assessed)))
    both = union_all(*(
        query.where(table.sealed_month > paid, table.sealed_month > assessed, *which)
        for query, table in ((sealed, Contributor), (moved, Departure))
    )).subquery().c  # fmt: skip
    keys = (both.employer_id, both.first_month, both.sealed_month)
    amount = func.sum(both.amount, type_=YuanType())
    found: dict[int, list[Leavers]] = defaultdict(list)
    for employer_id, *rest in session.execute(
        select(*keys, func.count(), amount).group_by(*keys).order_by(*keys)
    ):
        found[employer_id].append(Leavers(*rest))
    return found


def in_month(found: Iterable[Leavers], month: Month) -> tuple[int, Decimal]:
    """Return how many of them were in the month, and what they pay for it."""
    there = [one for one in found if one.first_month <= month.number < one.sealed_month]
    return sum(one.heads for one in there), sum((one.amount for one in there), Decimal("0.00"))


def _of(table: type[Contributor] | type[Departure]) -> Select[*tuple[Any, ...]]:
    both = table.employer_amount + table.contributor_amount
    return select(
        table.employer_id, table.first_month, table.sealed_month,
        type_coerce(both, YuanType()).label("amount"),
    ).join(Employer, Employer.id == table.employer_id)  # fmt: skip
