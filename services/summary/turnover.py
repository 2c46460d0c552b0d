"""Who has come and gone since (变动的缴存人): what sets an open month apart from the people of today.

A month that nobody has assessed is reckoned with the people of today. To it belong as well those who
were sealed after it, also where they have moved to another employer since; to it do not belong those
whose first month is a later one, and those who were sealed in it and are unsealed since.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from data.base import YuanType
from data.enums import ContributorStatus
from data.models.register import Contributor, Departure, Employer
from services import standing
from services.rules import clock
from services.rules.months import Month

NORMAL, SEALED = ContributorStatus.NORMAL, ContributorStatus.SEALED
_PERSON = Contributor
_OTHER = aliased(Contributor)
#: Few have. Said by their numbers, so that no database goes through everybody to find them.
_HAS_RESTED = _PERSON.id.in_(select(_OTHER.id).where(_OTHER.rest_until.is_not(None)))
#: The number of the last month settled; 0 before the first.
_SETTLED = case(
    (
        func.coalesce(Employer.assessed_to, 0) > func.coalesce(Employer.paid_to, 0),
        Employer.assessed_to,
    ),
    else_=func.coalesce(Employer.paid_to, 0),
)
#: No month before this is open: beyond December it is no month, and yet before January.
_OPEN_FROM = case((Employer.first_month <= _SETTLED, _SETTLED + 1), else_=Employer.first_month)


class Turnover(NamedTuple):
    """People alike in the open months that they add to today's people: from the first, before the last.

    Heads and amount (yuan) are below zero where they are to be taken off.
    """

    first: int
    before: int
    heads: int
    amount: Decimal


def of_employers(session: Session, *which: ColumnElement[bool]) -> Mapping[int, list[Turnover]]:
    """Return who has come to and gone from the employers that `which` names, in their open months."""
    both = union_all(*(query.where(*which) for query in (*_there(), *_not_there()))).subquery().c
    keys = (both.employer_id, both.first, both.before)
    sums = (func.sum(both.heads), func.sum(both.amount, type_=YuanType()))
    found: dict[int, list[Turnover]] = defaultdict(list)
    for employer_id, first, before, heads, amount in session.execute(
        select(*keys, *sums).group_by(*keys).order_by(*keys)
    ):
        found[employer_id].append(Turnover(first, before, int(heads), amount))
    return found


def in_month(found: Iterable[Turnover], month: Month) -> tuple[int, Decimal]:
    """Return how many more than today's people were in the month, and what they pay for it."""
    there = [one for one in found if one.first <= month.number < one.before]
    return sum(one.heads for one in there), sum((one.amount for one in there), Decimal("0.00"))


def _there() -> list[Select[*tuple[Any, ...]]]:
    """Return the queries of those who do not count today and were in a month that is open."""
    sealed_month = func.coalesce(_PERSON.sealed_month, 0)
    gone = _months(_PERSON, _PERSON.first_month, sealed_month).where(
        _PERSON.status == SEALED, ~standing.IS_STILL
    )
    moved = _months(Departure, Departure.first_month, Departure.sealed_month).where(
        Month.containing(clock.today()).number > _SETTLED
    )
    resting = _months(_PERSON, _PERSON.first_month, _PERSON.rest_from).where(standing.RESTS)
    # Before this one a month has to be open for whoever is sealed by now, but for one in a rest.
    return [
        gone.where(_is_behind()),
        gone.where(_HAS_RESTED, standing.IS_RESTING, ~_is_behind()),
        moved,
        resting.where(_HAS_RESTED),
    ]


def _not_there() -> list[Select[*tuple[Any, ...]]]:
    """Return the queries of those who count today, or above, and were not in a month that is open."""
    this_month = Month.containing(clock.today()).number
    later = _months(_PERSON, literal(0, Integer), _PERSON.first_month, sign=-1).where(
        standing.STATUS.in_((NORMAL.value,))
    )
    rested = _months(_PERSON, _PERSON.rest_from, _PERSON.rest_until, sign=-1).where(
        _PERSON.status.in_((NORMAL, SEALED)), ~standing.RESTS
    )
    # Whoever has begun by now is found with the few employers that are behind, the others by a month to come.
    # A sum and a status reckoned are followed by no index: SQLite would take theirs and read everybody.
    is_to_come = _PERSON.id.in_(select(_OTHER.id).where(_OTHER.first_month > this_month))
    return [
        later.where(_PERSON.first_month + 0 <= this_month, _is_behind()),
        later.where(is_to_come),
        rested.where(_HAS_RESTED),
    ]


def _is_behind() -> ColumnElement[bool]:
    """Tell of a person whether the employer has a month before this one open.

    Said of the columns by themselves: PostgreSQL knows of them, and of nothing reckoned, how few it is true of.
    """
    last = Month.containing(clock.today()).plus(-1).number
    is_before = [
        or_(column.is_(None), column < last) for column in (Employer.assessed_to, Employer.paid_to)
    ]
    return _PERSON.employer_id.in_(select(Employer.id).where(*is_before).correlate(None))


def _months(
    table: type[Contributor] | type[Departure],
    first: ColumnElement[Any] | Any,  # noqa: ANN401 — a column of months
    before: ColumnElement[Any] | Any,  # noqa: ANN401
    sign: int = 1,
) -> Select[*tuple[Any, ...]]:
    """Return people with the open months from `first` on and before `before`, if there are any."""
    amount = type_coerce(table.employer_amount + table.contributor_amount, BigInteger)
    return (
        select(
            table.employer_id,
            case((first > _OPEN_FROM, first), else_=_OPEN_FROM).label("first"),
            before.label("before"),
            literal(sign, Integer).label("heads"),
            (amount * sign).label("amount"),
        )
        .join(Employer, Employer.id == table.employer_id)
        .where(before > first, before > _OPEN_FROM)
    )
