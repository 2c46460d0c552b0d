"""Arrears (欠缴): who has a month before this one not booked, and since when; the officer's reminder."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select, type_coerce
from sqlalchemy.orm import Session

from data.base import YuanType
from data.codes import EmployerKind
from data.database import snapshot, transaction
from data.enums import (
    OFFICERS,
    AssessmentStatus,
    Branch,
    EmployerStatus,
    RemittanceKind,
)
from data.models.deferral import Deferral
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment
from services import audit, reminders
from services.actor import Actor
from services.approval import casework, conflicts
from services.deferral import periods
from services.errors import BusinessError, NotFound
from services.rules import clock
from services.rules.months import Month
from services.summary import turnover
from services.summary.present import PEOPLE
from services.summary.turnover import Turnover

_Which = tuple[ColumnElement[bool], ...]
#: Of each month that is assessed whether it is booked, and its amount in yuan.
_Assessed = dict[int, tuple[bool, Decimal]]


class NotBehind(BusinessError):
    message = "{name}没有欠缴月度，无需催缴"


class RemindedAlready(BusinessError):
    message = "{name}本月已发送过催缴消息，下月可再次发送"


@dataclass(frozen=True, slots=True)
class Behind:
    """An employer in arrears. The amount is yuan: as assessed, else as those who were in the month pay now."""

    employer_id: int
    number: str
    name: str
    branch: Branch
    kind: EmployerKind
    heads: int
    months: list[Month]
    amount: Decimal
    reminded_on: date | None


class _Candidate(NamedTuple):
    """An employer that may be in arrears; what its people pay now is yuan."""

    employer_id: int
    number: str
    name: str
    branch: Branch
    kind: EmployerKind
    paid_to: int | None
    assessed_to: int | None
    first_month: int
    heads: int
    amount: Decimal


@audit.refusals
def behind(actor: Actor) -> list[Behind]:
    """Return the branch's employers in arrears, those longest behind first. Raises NotAllowed."""
    actor.require(*OFFICERS)
    with snapshot() as session:
        return listed(session, Employer.branch == actor.branch)


@audit.refusals
def remind(actor: Actor, employer_id: int) -> str:
    """Send the employer the reminder; return what it says.

    Raises NotBehind, RemindedAlready, NotFound, OtherBranch, NotAllowed.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        if session.get(Employer, employer_id) is None:
            raise NotFound(what="该单位")
        employer = conflicts.lock_employer(session, employer_id)
        casework.require_own(employer.branch, actor)
        found = listed(session, Employer.id == employer_id)
        if not found:
            raise NotBehind(name=employer.name)
        if found[0].reminded_on:
            raise RemindedAlready(name=employer.name)
        return reminders.tell(session, employer.id, employer.name, found[0].months[0], actor)


def listed(session: Session, *which: ColumnElement[bool]) -> list[Behind]:
    """Return those of these employers that are in arrears, whoever asks."""
    this_month = Month.containing(clock.today())
    chosen = (*_is_candidate(this_month), *which)
    freed, assessed = _deferred(session, chosen), _assessed(session, chosen)
    reminded, left = reminders.told(session, *chosen), turnover.of_employers(session, *chosen)
    # Hundreds of employers are behind since one of a few months.
    months_since = cache(partial(_unpaid, this_month))
    found = []
    for row in map(_Candidate._make, session.execute(_candidates(chosen))):
        months = months_since(row.paid_to or 0, row.first_month)
        payable = (month for month in months if month.number not in freed[row.employer_id])
        owed = _owed(row, payable, assessed[row.employer_id], left.get(row.employer_id, ()))
        if owed:
            found.append(
                Behind(
                    row.employer_id, row.number, row.name, row.branch, row.kind, row.heads, list(owed),
                    sum(owed.values(), Decimal("0.00")), reminded.get(row.employer_id),
                )
            )  # fmt: skip
    return sorted(found, key=lambda row: (-len(row.months), row.number))


def _owed(
    row: _Candidate, months: Iterable[Month], assessed: _Assessed, left: Sequence[Turnover]
) -> dict[Month, Decimal]:
    """Return which of these months are owed, and what: as assessed, else as who was in it pays now."""
    owed = {}
    for month in months:
        if month.number in assessed:
            is_booked, amount = assessed[month.number]
            if not is_booked:
                owed[month] = amount
        elif month.number > (row.assessed_to or 0):  # nobody was in one that was passed over
            heads, amount = turnover.in_month(left, month)
            if row.heads + heads:
                owed[month] = row.amount + amount
    return owed


def _is_candidate(this_month: Month) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of those whose next month lies before this one."""
    last = this_month.plus(-1).number
    return (
        Employer.status == EmployerStatus.NORMAL,
        func.coalesce(Employer.paid_to, 0) < last,
        Employer.first_month <= last,
    )


def _candidates(chosen: _Which) -> Select[*tuple[Any, ...]]:
    """Return the query of those employers; one that has paid nothing yet begins with its first people."""
    theirs = select(func.min(Contributor.first_month)).where(Contributor.employer_id == Employer.id)
    begins = case((Employer.paid_to.is_(None), theirs.scalar_subquery()), else_=None)
    both = PEOPLE.c.employer_amount + PEOPLE.c.contributor_amount
    return (
        select(
            Employer.id, Employer.number, Employer.name, Employer.branch, Employer.kind,
            Employer.paid_to, Employer.assessed_to, func.coalesce(begins, Employer.first_month),
            func.coalesce(PEOPLE.c.normal_heads, 0), type_coerce(func.coalesce(both, 0), YuanType),
        )
        .outerjoin(PEOPLE, PEOPLE.c.employer_id == Employer.id)
        .where(*chosen)
    )  # fmt: skip


def _unpaid(this_month: Month, paid_to: int, first_month: int) -> list[Month]:
    first = Month.of(paid_to).plus(1) if paid_to else Month.of(first_month)
    return first.through(this_month.plus(-1))


def _deferred(session: Session, chosen: _Which) -> Mapping[int, set[int]]:
    """Return the months that no employer need pay now: deferred, the release not reached."""
    months: dict[int, set[int]] = defaultdict(set)
    found = select(Deferral).join(Employer, Employer.id == Deferral.employer_id).where(*chosen)
    for row in session.scalars(found):
        months[row.employer_id] |= {month.number for month in periods.months(row)}
    return months


def _assessed(session: Session, chosen: _Which) -> Mapping[int, _Assessed]:
    """Return by employer the months after 缴至年月 that stand."""
    both = Assessment.employer_amount + Assessment.contributor_amount
    standing = (
        select(
            Assessment.employer_id, Assessment.month,
            Assessment.status == AssessmentStatus.BOOKED, type_coerce(both, YuanType),
        )
        .join(Employer, Employer.id == Assessment.employer_id)
        .where(
            *chosen,
            Assessment.month > func.coalesce(Employer.paid_to, 0),
            Assessment.deleted_at.is_(None),
            Assessment.kind == RemittanceKind.REGULAR,
        )
    )  # fmt: skip
    # Two questions that each follow an index: only a deferral leaves booked months after a gap.
    waiting = standing.where(Assessment.status.in_(conflicts.UNBOOKED))
    after_a_gap = standing.where(
        Assessment.status == AssessmentStatus.BOOKED,
        Assessment.employer_id.in_(select(Deferral.employer_id)),
    )
    months: dict[int, _Assessed] = defaultdict(dict)
    for query in (waiting, after_a_gap):
        for employer_id, month, is_booked, amount in session.execute(query):
            months[employer_id][month] = (bool(is_booked), amount)
    return months
