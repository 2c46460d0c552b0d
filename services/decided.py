"""A case that is done as it stood when it was decided (办结时): rates, bases, and what everybody paid.

Accounts have moved on since; what was before is read back from the records of changes and the months assessed.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import BigInteger, func, select, type_coerce
from sqlalchemy.orm import Session

from data.enums import CaseStatus, ChangeKind
from data.models.case import Case
from data.models.register import Contributor, ContributorChange, Departure, Employer
from data.models.remittance import Assessment, AssessmentLine
from services import policy
from services.policy import Policy
from services.rules import clock, contribution, rates

_CHANGE = ContributorChange


class Then(NamedTuple):
    """The employer's side before the case took effect. Rates are whole percent."""

    employer_rate: int
    contributor_rate: int
    policy: Policy


class Person(NamedTuple):
    """Somebody whom a case has changed. The base is fen."""

    id: int
    account: str
    name: str
    base: int


def is_done(case: Case) -> bool:
    return case.status is CaseStatus.APPROVED and case.ended_at is not None


def terms(session: Session, case: Case) -> Then:
    """Return the rates and the policy of then. Raises PolicyMissing."""
    day = clock.in_china(case.ended_at or case.started_at).date()
    return Then(*_rates(session, case), policy.in_force(session, day, case.employer_id))


def people(session: Session, case: Case) -> list[Person]:
    """Return everybody whom the case has changed, in the accounts' order, with the base of then."""
    now = session.execute(
        select(
            Contributor.id, Contributor.account, Contributor.name,
            type_coerce(Contributor.base, BigInteger),
        )
        .join(_CHANGE, _CHANGE.contributor_id == Contributor.id)
        .where(_CHANGE.employer_id == case.employer_id, _CHANGE.case_id == case.id)
        .order_by(Contributor.account)
    )  # fmt: skip
    left = session.execute(
        select(Departure.contributor_id, type_coerce(Departure.base, BigInteger))
        .where(Departure.employer_id == case.employer_id, Departure.case_id > case.id)
        .order_by(Departure.id.desc())
    )
    since = session.execute(
        select(_CHANGE.contributor_id, _CHANGE.old)
        .where(_CHANGE.employer_id == case.employer_id)
        .where(_CHANGE.kind == ChangeKind.BASE_CHANGED, _CHANGE.id > _first_record(session, case))
        .order_by(_CHANGE.id.desc())
    )
    then = dict(left.all())
    then |= {person: int(Decimal(old).scaleb(2)) for person, old in since}  # the first one last
    return [
        Person(number, account, name, then.get(number, base)) for number, account, name, base in now
    ]


def amounts(session: Session, case: Case, then: Then, bases: Mapping[int, int]) -> dict[int, int]:
    """Return what everybody with these bases paid a month, in fen: as last assessed, else as reckoned then."""
    line = AssessmentLine
    last = (
        select(Assessment.id)
        .where(Assessment.employer_id == case.employer_id, Assessment.assessed_at <= case.ended_at)
        .order_by(Assessment.month.desc(), Assessment.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    assessed = session.execute(
        select(
            line.contributor_id, type_coerce(line.base, BigInteger),
            type_coerce(line.employer_amount + line.contributor_amount, BigInteger),
        ).where(
            line.assessment_id == last, line.employer_id == case.employer_id,
            line.employer_rate == then.employer_rate,
            line.contributor_rate == then.contributor_rate,
        )
    )  # fmt: skip
    paid = {(person, base): amount for person, base, amount in assessed}
    rates, rounding = then[:2], then.policy.rounding
    return {
        person: paid.get((person, base)) or sum(contribution.parts(base, *rates, rounding))
        for person, base in bases.items()
    }


def _rates(session: Session, case: Case) -> tuple[int, int]:
    """Return the rates before the first change of them that this case, or a later one, has made."""
    changed = (
        select(_CHANGE.old)
        .where(_CHANGE.employer_id == case.employer_id, _CHANGE.kind == ChangeKind.RATE_CHANGED)
        .where(_CHANGE.id >= _first_record(session, case))
        .order_by(_CHANGE.id)
        .limit(1)
    )
    if pair := session.scalar(changed):
        return rates.read(pair)
    employer = session.get_one(Employer, case.employer_id)
    return employer.employer_rate, employer.contributor_rate


def _first_record(session: Session, case: Case) -> int:
    """Return the first record of the case; beyond all where it has changed nobody."""
    own = select(func.min(_CHANGE.id)).where(
        _CHANGE.employer_id == case.employer_id, _CHANGE.case_id == case.id
    )
    beyond = select(func.coalesce(func.max(_CHANGE.id), 0) + 1)
    return session.scalar(own) or session.scalars(beyond).one()
