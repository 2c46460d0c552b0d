"""People as they stand today (现有缴存人): the summaries, and with them who is sealed from a later month on.

The summaries follow the accounts, in which a sealing stands from the day it is done; until its month
comes the person contributes. These few are added at the reading, as `services.standing` tells them:
the calendar alone turns them, and no summary has to be counted anew when a month begins.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Select, func, select, type_coerce, union_all

from data.base import YuanType
from data.models.register import Contributor
from data.models.summary import BaseSummary, PeopleSummary
from services import standing
from services.summary.details import STEP

_still = (
    select(
        Contributor.employer_id,
        func.count().label("heads"),
        func.sum(Contributor.employer_amount, type_=YuanType()).label("employer_amount"),
        func.sum(Contributor.contributor_amount, type_=YuanType()).label("contributor_amount"),
    )
    .where(standing.IS_STILL)
    .group_by(Contributor.employer_id)
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
    """Return the query of BaseSummary's columns; an employer may have two rows of a step."""
    step = type_coerce(Contributor.base, BigInteger) // STEP
    kept = select(BaseSummary.employer_id, BaseSummary.step, BaseSummary.heads)
    still = (
        select(Contributor.employer_id, step.label("step"), func.count().label("heads"))
        .where(standing.IS_STILL)
        .group_by(Contributor.employer_id, step)
    )
    return select(union_all(kept, still).subquery("present_bases"))
