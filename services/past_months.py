"""Months as they were (缓缴补缴, 重新核定): each at the bases and the rates in force in it.

For those who were in status 正常 in it (domain rules 4.10). What was in force is read backwards from
today's accounts through the records of changes; what was reckoned then at the same base and rates stands,
whatever the method of rounding has become since.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from data.enums import ChangeKind
from data.models.register import ContributorChange, Employer
from data.models.remittance import Assessment, AssessmentLine
from data.policy_codes import Rounding
from services import months_due, policy
from services.months_due import DueLine, MonthDue
from services.rules import contribution
from services.rules.months import Month
from services.rules.rates import read


class _Record(NamedTuple):
    """What a person's base, or the employer's rates, were before a change in effect from a month."""

    contributor_id: int
    effective: int
    old: str
    kind: ChangeKind


def due(session: Session, employer: Employer, months: Sequence[Month]) -> list[MonthDue]:
    """Return each month with the bases, rates and amounts in force in it, in the accounts' order.

    A month that nothing has changed after is as it would be today. Raises PolicyMissing.
    """
    if not months:
        return []
    bases = _records(session, employer, min(months), ChangeKind.BASE_CHANGED, ChangeKind.MOVED_IN)
    rates = _records(session, employer, min(months), ChangeKind.RATE_CHANGED)
    return [
        _as_then(session, employer, month, _bases(bases, month), _rates(rates, month))
        for month in months
    ]


def has_changed(session: Session, employer: Employer, month: Month) -> bool:
    """Tell whether a base or the rates have changed from a later month on.

    A month deleted or returned and assessed again is what it was, not what is paid today.
    """
    change = ContributorChange
    return session.scalars(
        select(
            exists().where(
                change.employer_id == employer.id,
                change.kind.in_((ChangeKind.BASE_CHANGED, ChangeKind.RATE_CHANGED)),
                change.effective_month > month.number,
            )
        )
    ).one()


def _as_then(
    session: Session,
    employer: Employer,
    month: Month,
    bases: Mapping[int, Decimal],
    rates: tuple[int, int] | None,
) -> MonthDue:
    chosen = months_due.people(employer, month).order_by("account")
    lines = [DueLine(*row) for row in session.execute(chosen)]
    if bases or rates:
        day = date(month.year, month.month, 1)
        rounding = policy.in_force(session, day, employer.id).rounding
        kept = _kept(session, employer, month)
        lines = [_reckoned(line, bases, rates, rounding, kept) for line in lines]
    return MonthDue(month, lines)


def _kept(session: Session, employer: Employer, month: Month) -> dict[int, AssessmentLine]:
    """Return the last month assessed up to this one by person, be it deleted or returned since."""
    has_lines = exists().where(  # the one in the making has none yet
        AssessmentLine.assessment_id == Assessment.id, AssessmentLine.employer_id == employer.id
    )
    last = (
        select(Assessment.id)
        .where(Assessment.employer_id == employer.id, Assessment.month <= month.number)
        .where(has_lines)
        .order_by(Assessment.month.desc(), Assessment.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = session.scalars(
        select(AssessmentLine).where(
            AssessmentLine.assessment_id == last, AssessmentLine.employer_id == employer.id
        )
    )
    return {line.contributor_id: line for line in found}


def _reckoned(
    line: DueLine,
    bases: Mapping[int, Decimal],
    rates: tuple[int, int] | None,
    rounding: Rounding,
    kept: Mapping[int, AssessmentLine],
) -> DueLine:
    """Return the line at the person's base and at the rates of then, where they have changed."""
    if rates is None and line.contributor_id not in bases:
        return line
    base = bases.get(line.contributor_id, line.base)
    own, withheld = rates or (line.employer_rate, line.contributor_rate)
    then = kept.get(line.contributor_id)
    if then and (then.base, then.employer_rate, then.contributor_rate) == (base, own, withheld):
        amounts = contribution.Amounts(then.employer_amount, then.contributor_amount)
    else:
        amounts = contribution.amounts(base, own, withheld, rounding)
    return DueLine(
        line.contributor_id, line.account, line.name, line.id_number, base, own, withheld, *amounts
    )


def _records(
    session: Session, employer: Employer, month: Month, *kinds: ChangeKind
) -> list[_Record]:
    """Return the changes in effect after the month, the one entered last first.

    They follow each other as they were entered, so that the one entered first has the oldest value.
    """
    change = ContributorChange
    found = session.execute(
        select(change.contributor_id, change.effective_month, change.old, change.kind)
        .where(
            change.employer_id == employer.id,
            change.kind.in_(kinds),
            change.effective_month > month.number,
        )
        .order_by(change.id.desc())
    )
    return [_Record(*row) for row in found]


def _bases(records: Iterable[_Record], month: Month) -> dict[int, Decimal]:
    """Return the base in the month of everybody whose base has changed after it.

    What changed once somebody had moved away and back again says nothing of the time before: the
    departure does.
    """
    first = {one.contributor_id: one for one in records if one.effective > month.number}
    return {
        person: Decimal(one.old)
        for person, one in first.items()
        if one.kind is ChangeKind.BASE_CHANGED
    }


def _rates(records: Iterable[_Record], month: Month) -> tuple[int, int] | None:
    """Return the rates in the month, where they have changed after it.

    They are the employer's: whoever was sealed at the change has no record of it, and yet was in
    the month at the rates before.
    """
    then = [one.old for one in records if one.effective > month.number]
    if not then:
        return None
    return read(then[-1])
