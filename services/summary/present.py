"""People as they stand today (现有缴存人): the summaries, and what only a later month will turn.

The summaries follow the accounts, in which a sealing stands from the day it is done; until its month
comes the person contributes, and whoever is unsealed from a later month on does not. These few are
added and taken off at the reading, as `services.standing` tells them: the calendar alone turns them,
and no summary has to be counted anew when a month begins.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Integer, Select, func, literal, select, type_coerce, union_all

from data.base import YuanType
from data.models.register import Contributor
from data.models.summary import BaseSummary, PeopleSummary
from services import standing
from services.summary.details import STEP

_STEP = type_coerce(Contributor.base, BigInteger) // STEP
#: Whom a later month will turn: who counts until then, and who only from then on.
_turning = union_all(*(
    select(
        Contributor.employer_id,
        _STEP.label("step"),
        literal(sign, Integer).label("heads"),
        (type_coerce(Contributor.employer_amount, BigInteger) * sign).label("employer_amount"),
        (type_coerce(Contributor.contributor_amount, BigInteger) * sign).label(
            "contributor_amount"
        ),
    ).where(which)
    for which, sign in ((standing.IS_STILL, 1), (standing.RESTS, -1))
)).subquery("turning").c  # fmt: skip
_still = (
    select(
        _turning.employer_id,
        func.sum(_turning.heads).label("heads"),
        func.sum(_turning.employer_amount, type_=YuanType()).label("employer_amount"),
        func.sum(_turning.contributor_amount, type_=YuanType()).label("contributor_amount"),
    )
    .group_by(_turning.employer_id)
    .subquery("still")
)
_heads = func.coalesce(_still.c.heads, 0)
#: PeopleSummary's columns, an employer a row.
PEOPLE: Final = (
    select(
        PeopleSummary.employer_id,
        (PeopleSummary.normal_heads + _heads).label("normal_heads"),
        (PeopleSummary.sealed_heads - _heads).label("sealed_heads"),
        *(
            type_coerce(
                getattr(PeopleSummary, name) + func.coalesce(_still.c[name], 0), YuanType()
            ).label(name)
            for name in ("employer_amount", "contributor_amount")
        ),
    )
    .outerjoin(_still, _still.c.employer_id == PeopleSummary.employer_id)
    .subquery("present_people")
)


def bases() -> Select[*tuple[Any, ...]]:
    """Return the query of BaseSummary's columns.

    An employer may have several rows of a step, of which some take heads off: they are to be added up.
    """
    kept = select(BaseSummary.employer_id, BaseSummary.step, BaseSummary.heads)
    turning = select(_turning.employer_id, _turning.step, _turning.heads)
    return select(union_all(kept, turning).subquery("present_bases"))
