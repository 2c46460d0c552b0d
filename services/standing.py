"""An account's status today (账户状态): who is sealed from a later month on is 正常 until it comes.

The sealing stands in the account from the day it is done, so that nobody seals twice and the next
employer may enter the person; what counts people today asks here.
"""

from sqlalchemy import BindParameter, Integer, String, and_, bindparam, case, func, or_, type_coerce

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
_IS_STILL = and_(_PERSON.status == SEALED, func.coalesce(_PERSON.sealed_month, 0) > _THIS_MONTH)
IS_NORMAL = or_(_PERSON.status == NORMAL, _IS_STILL)
#: The code of the status.
STATUS = case((_IS_STILL, NORMAL.value), else_=type_coerce(_PERSON.status, String))


def status(person: Contributor) -> ContributorStatus:
    """Return the same of a row that is there."""
    if person.status is SEALED and person.sealed_month and person.sealed_month > _this_month():
        return NORMAL
    return person.status
