"""An account's status today (账户状态): a sealing or an unsealing from a later month on waits until it comes.

It stands in the account from the day it is done, so that nobody does it twice and the next employer
may enter who is sealed; what counts people today asks here. An account that is opened is 正常 from
that day.
"""

from collections import Counter
from decimal import Decimal

from sqlalchemy import (
    BindParameter,
    Integer,
    String,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from data.base import YuanType
from data.bulk import table_of
from data.enums import ContributorStatus
from data.models.register import Contributor
from services.rules import clock
from services.rules.months import Month

NORMAL, SEALED = ContributorStatus.NORMAL, ContributorStatus.SEALED
_PERSON = table_of(Contributor).c


def _this_month() -> int:
    return Month.containing(clock.today()).number


_THIS_MONTH: BindParameter[int] = bindparam("this_month", callable_=_this_month, type_=Integer)
#: Whoever asks as of another month than this one (`this_month`) still means today's by this.
_PRESENT_MONTH: BindParameter[int] = bindparam(
    "present_month", callable_=_this_month, type_=Integer
)
#: Between a sealing and the unsealing after it. Each part is true or false, never unknown: a month
#: need not be there.
IS_RESTING = and_(
    _PERSON.rest_until.is_not(None),
    _PERSON.rest_until > _PRESENT_MONTH,
    _PERSON.rest_from.is_not(None),
    _PERSON.rest_from <= _PRESENT_MONTH,
)
#: Sealed from a later month on, and not in a rest until then.
IS_STILL = and_(
    _PERSON.status == SEALED,
    _PERSON.sealed_month.is_not(None),
    _PERSON.sealed_month > _THIS_MONTH,
    ~IS_RESTING,
)
#: Unsealed from a later month on, and sealed until then.
RESTS = and_(_PERSON.status == NORMAL, IS_RESTING)
IS_NORMAL = or_(and_(_PERSON.status == NORMAL, ~RESTS), IS_STILL)
#: The code of the status.
STATUS = case(
    (IS_STILL, NORMAL.value),
    (RESTS, SEALED.value),
    else_=type_coerce(_PERSON.status, String),
)


def status(person: Contributor) -> ContributorStatus:
    """Return the same of a row that is there."""
    if rests(person):
        return SEALED
    if person.status is SEALED and person.sealed_month and person.sealed_month > _this_month():
        return NORMAL
    return person.status


def rests(person: Contributor) -> bool:
    """Tell whether a person is unsealed from a later month on, and sealed until then."""
    since, until = person.rest_from, person.rest_until
    if person.status not in (NORMAL, SEALED):
        return False
    return since is not None and until is not None and since <= _this_month() < until


def counted(session: Session, employer_id: int) -> tuple[Counter[ContributorStatus], Decimal]:
    """Return how many accounts of each status an employer has, and what the 正常 pay a month in yuan."""
    both = Contributor.employer_amount + Contributor.contributor_amount
    found = session.execute(
        select(STATUS, func.count(), func.sum(both, type_=YuanType()))
        .where(Contributor.employer_id == employer_id)
        .group_by(STATUS)
    )
    by_code = {code: (heads, amount) for code, heads, amount in found.all()}
    heads = Counter(
        {one: by_code[one.value][0] for one in ContributorStatus if one.value in by_code}
    )
    return heads, by_code.get(NORMAL.value, (0, Decimal(0)))[1]
