"""Months to be assessed (应核定月度): at today's figures, or at those of then where more has changed since.

Today's are reckoned by the database. Months that a base or a rate has changed after (缓缴补缴, a month
deleted and assessed again), which are few, are reckoned here.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.register import Employer
from data.models.remittance import AssessmentLine
from services import past_months
from services.months_due import MonthDue
from services.remittance import matrix
from services.remittance.matrix import Matrix
from services.rules.months import Month


def in_a_row(session: Session, employer: Employer, months: Sequence[Month]) -> list[Matrix]:
    """Return months to be assessed one after another, each against the one before.

    Raises OutOfBalance, PolicyMissing.
    """
    if past_months.has_changed(session, employer, months[0]):
        return as_they_were(session, employer, months)
    found = [matrix.against_last(session, employer, months[0])]
    for month in months[1:]:
        found.append(matrix.against(session, employer, month, found[-1]))
    return found


def as_they_were(session: Session, employer: Employer, months: Sequence[Month]) -> list[Matrix]:
    """Return months at the figures in force in each, each against the one before.

    The first is against the last assessed month before it. Raises OutOfBalance, PolicyMissing.
    """
    found: list[Matrix] = []
    amounts: Mapping[int, Decimal] = {}
    for due in past_months.due(session, employer, months):
        if found:
            last_heads, last_amount = found[-1].heads, found[-1].amount
        else:
            last_heads, last_amount, amounts = _last(session, employer, due.month)
        found.append(_compared(due, amounts, last_heads, last_amount))
        amounts = {line.contributor_id: line.amount for line in due.lines}
    return found


def _last(
    session: Session, employer: Employer, month: Month
) -> tuple[int, Decimal, dict[int, Decimal]]:
    """Return heads, amount, and everybody's amount, of the last assessed month before this one."""
    last = matrix.before(session, employer.id, month)
    if last is None:
        return 0, Decimal(0), {}
    line = AssessmentLine
    found = session.execute(
        select(line.contributor_id, line.employer_amount, line.contributor_amount).where(
            line.assessment_id == last.id, line.employer_id == employer.id
        )
    )
    amounts = {person: own + withheld for person, own, withheld in found}
    return last.heads, last.employer_amount + last.contributor_amount, amounts


def _compared(
    due: MonthDue, was: Mapping[int, Decimal], last_heads: int, last_amount: Decimal
) -> Matrix:
    now = {line.contributor_id: line.amount for line in due.lines}
    plus = [now[person] for person in now.keys() - was.keys()]
    minus = [was[person] for person in was.keys() - now.keys()]
    both = now.keys() & was.keys()
    nothing = Decimal(0)
    found = Matrix(
        due.month, last_heads, last_amount, len(plus), sum(plus, nothing), len(minus),
        sum(minus, nothing), sum((now[person] - was[person] for person in both), nothing),
        due.heads, due.employer_amount, due.contributor_amount,
    )  # fmt: skip
    found.check()
    return found
