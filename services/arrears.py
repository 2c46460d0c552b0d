"""Arrears (欠缴) and dunning (催缴): who has a month before this one not booked, and since when.

The scheduled job and the officer's button send the same sentence, once a calendar month each employer.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from data.base import YuanType
from data.database import snapshot, transaction
from data.enums import (
    OFFICERS,
    AssessmentStatus,
    AuditAction,
    Branch,
    BusinessKind,
    Channel,
    EmployerKind,
    EmployerStatus,
    RemittanceKind,
)
from data.models.case import Message
from data.models.deferral import Deferral
from data.models.register import Employer
from data.models.remittance import Assessment
from data.models.summary import PeopleSummary
from services import audit
from services.actor import Actor
from services.approval import conflicts, engine
from services.errors import BusinessError, NotFound
from services.rules import clock
from services.rules.months import Month

SENTENCE = "贵单位{month}公积金尚未入账，请尽快汇缴"


class NotBehind(BusinessError):
    message = "{name}没有欠缴月度，无需催缴"


class RemindedAlready(BusinessError):
    message = "{name}本月已发送过催缴消息，下月可再次发送"


@dataclass(frozen=True, slots=True)
class Behind:
    """An employer in arrears. The amount is yuan: as assessed, else as its people pay now."""

    employer_id: int
    number: str
    name: str
    branch: Branch
    kind: EmployerKind
    heads: int
    months: list[Month]
    amount: Decimal
    reminded_on: date | None


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
        if employer.branch is not actor.branch:
            raise engine.OtherBranch
        found = listed(session, Employer.id == employer_id)
        if not found:
            raise NotBehind(name=employer.name)
        if found[0].reminded_on:
            raise RemindedAlready(name=employer.name)
        return tell(session, found[0], actor)


def listed(session: Session, *which: ColumnElement[bool]) -> list[Behind]:
    """Return those of these employers that are in arrears, whoever asks."""
    this_month = Month.containing(clock.today())
    rows = session.execute(_candidates(this_month, *which)).all()
    ids = [row.Employer.id for row in rows]
    deferred, assessed = _deferred(session, ids), _assessed(session, ids)
    reminded = _reminded(session, ids)
    found = []
    for employer, heads, monthly in rows:
        own = assessed[employer.id]
        months = {
            month: own.get(month.number, (False, monthly or Decimal(0)))
            for month in _unpaid(employer, this_month)
            if month.number not in deferred[employer.id]
        }
        owed = {month: amount for month, (is_booked, amount) in months.items() if not is_booked}
        if owed:
            found.append(
                Behind(
                    employer.id, employer.number, employer.name, employer.branch, employer.kind,
                    heads or 0, list(owed), sum(owed.values(), Decimal("0.00")),
                    reminded.get(employer.id),
                )
            )  # fmt: skip
    return sorted(found, key=lambda row: (-len(row.months), row.number))


def tell(session: Session, row: Behind, actor: Actor | None = None) -> str:
    """Write the reminder down as a message, and return it; without an actor, the calendar sends it."""
    text = f"尊敬的{row.name}，{SENTENCE.format(month=row.months[0].label)}"
    session.add(
        Message(
            employer_id=row.employer_id, case_id=None, kind=BusinessKind.REMITTANCE,
            channel=Channel.HALL, text=text, sent_at=clock.now(),
        )
    )  # fmt: skip
    audit.record(
        session, actor, AuditAction.REMINDED, f"employer:{row.employer_id}",
        employer=row.employer_id, month=row.months[0].number,
    )  # fmt: skip
    return text


def _candidates(this_month: Month, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the query of those whose next month lies before this one."""
    last = this_month.plus(-1).number
    both = PeopleSummary.employer_amount + PeopleSummary.contributor_amount
    monthly = type_coerce(both, YuanType)
    return (
        select(Employer, PeopleSummary.normal_heads, monthly)
        .outerjoin(PeopleSummary, PeopleSummary.employer_id == Employer.id)
        .where(
            Employer.status == EmployerStatus.NORMAL,
            func.coalesce(Employer.paid_to, 0) < last,
            Employer.first_month <= last,
            *which,
        )
        .order_by(Employer.id)
    )


def _unpaid(employer: Employer, this_month: Month) -> list[Month]:
    paid_to = employer.paid_to
    first = Month.of(paid_to).plus(1) if paid_to else Month.of(employer.first_month)
    return first.through(this_month.plus(-1))


def _deferred(session: Session, ids: Sequence[int]) -> Mapping[int, set[int]]:
    """Return the months that no employer need pay now: deferred, the release not reached."""
    months: dict[int, set[int]] = defaultdict(set)
    for row in session.scalars(select(Deferral).where(Deferral.employer_id.in_(ids))):
        last = Month.of(row.last_month)
        if row.ended_month:
            last = min(last, Month.of(row.ended_month).plus(-1))
        months[row.employer_id] |= {m.number for m in Month.of(row.first_month).through(last)}
    return months


def _assessed(
    session: Session, ids: Sequence[int]
) -> Mapping[int, dict[int, tuple[bool, Decimal]]]:
    """Return of each month after 缴至年月 that stands whether it is booked, and its amount."""
    found = session.scalars(
        select(Assessment)
        .join(Employer, Employer.id == Assessment.employer_id)
        .where(
            Assessment.employer_id.in_(ids),
            Assessment.month > func.coalesce(Employer.paid_to, 0),
            Assessment.deleted_at.is_(None),
            Assessment.kind == RemittanceKind.REGULAR,
        )
    )
    months: dict[int, dict[int, tuple[bool, Decimal]]] = defaultdict(dict)
    for row in found:
        is_booked = row.status is AssessmentStatus.BOOKED
        months[row.employer_id][row.month] = (
            is_booked,
            row.employer_amount + row.contributor_amount,
        )
    return months


def _reminded(session: Session, ids: Sequence[int]) -> dict[int, date]:
    """Return when each was reminded in this calendar month."""
    first = clock.today().replace(day=1)
    found = session.execute(
        select(Message.employer_id, func.max(Message.sent_at))
        .where(
            Message.employer_id.in_(ids),
            Message.kind == BusinessKind.REMITTANCE,
            Message.case_id.is_(None),
            Message.sent_at >= datetime.combine(first, time.min, tzinfo=clock.CHINA),
        )
        .group_by(Message.employer_id)
    )
    return {employer_id: clock.in_china(sent).date() for employer_id, sent in found}
