"""Scheduled jobs (定时任务): what the calendar alone brings about. Each may run twice, or two at once.

A job is one transaction that first takes the jobs' lock (SQLite: the one writer's; PostgreSQL: an
advisory lock), and does only what is not done yet.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.bulk import is_on_postgresql
from data.database import transaction
from data.enums import AuditAction, BusinessKind, Channel, EmployerStatus
from data.models.case import Message
from data.models.deferral import Deferral
from data.models.register import Employer
from services import arrears, audit, past_months, reminders
from services.approval import conflicts
from services.deferral import periods
from services.rules import clock
from services.rules.months import Month

LOCK = 5226_01
"""The advisory lock's number: any that nothing else in this database uses."""


def run_all() -> dict[str, int]:
    """Run every job once; return how many employers each has touched."""
    return {name: job() for name, job in JOBS.items()}


def follow_deferrals() -> int:
    """Begin the deferrals whose first month has come, end those whose last month is past."""
    with _alone() as session:
        current = Month.containing(clock.today())
        granted = session.scalars(select(Deferral).order_by(Deferral.id)).all()
        return sum(_followed(session, deferral, current) for deferral in granted)


def dun() -> int:
    """Remind employers of a month before the current one that is not booked, once a calendar month."""
    with _alone() as session:
        found = [row for row in arrears.listed(session) if row.reminded_on is None]
        for row in found:
            reminders.tell(session, row.employer_id, row.name, row.months[0])
        return len(found)


JOBS: Mapping[str, Callable[[], int]] = {"缓缴起止": follow_deferrals, "汇缴提醒": dun}


@contextmanager
def _alone() -> Iterator[Session]:
    """Yield a writing session that no other job has at the same time, in any process."""
    with transaction() as session:
        if is_on_postgresql(session):
            session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        yield session


def _followed(session: Session, deferral: Deferral, current: Month) -> bool:
    employer = conflicts.lock_employer(session, deferral.employer_id)
    before = employer.status
    if deferral.ended_month is None and deferral.last_month < current.number:
        _run_out(session, deferral, employer)
    else:
        periods.follow(session, employer)
    has_moved = employer.status is not before
    if has_moved:
        begins = employer.status is EmployerStatus.DEFERRED
        told = AuditAction.DEFERRAL_BEGUN if begins else AuditAction.DEFERRAL_ENDED
        subject = f"deferral:{deferral.id}"
        audit.record(session, None, told, subject, employer=employer.id)
    return has_moved


def _run_out(session: Session, deferral: Deferral, employer: Employer) -> None:
    due_again = Month.of(deferral.last_month).plus(1)
    months = past_months.due(session, employer, periods.months(deferral))
    total = sum((month.total for month in months), Decimal("0.00"))
    periods.end(session, deferral, due_again, periods.RAN_OUT)
    _tell(
        session, employer, BusinessKind.DEFERRAL,
        f"贵单位缓缴期（{periods.label(deferral)}）已届满，自{due_again.label}起恢复正常汇缴。"
        f"缓缴期间应补缴{len(months)}个月，共{total:,.2f}元。",
        case_id=deferral.case_id,
    )  # fmt: skip


def _tell(
    session: Session, employer: Employer, kind: BusinessKind, text: str, case_id: int | None = None
) -> None:
    session.add(
        Message(
            employer_id=employer.id, case_id=case_id, kind=kind, channel=Channel.HALL,
            text=f"尊敬的{employer.name}，{text}", sent_at=clock.now(),
        )
    )  # fmt: skip
