"""The officers' queues (待审核, 已审核, 全部): filtered, in order, a page at a time."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from data.database import snapshot
from data.enums import OFFICERS, Branch, BusinessKind, CaseStatus
from data.models.case import Case
from data.models.people import User
from data.models.register import Employer
from services import audit, working_days
from services.actor import Actor
from services.businesses import KINDS
from services.rules import clock
from services.rules.workdays import Calendar, Urgency

COUNT_TO = 1000
"""Counting goes no further: who sees more narrows her search."""
FEW = 100
DECIDED = (CaseStatus.APPROVED, CaseStatus.RETURNED, CaseStatus.REJECTED, CaseStatus.CLOSED)
_clerk, _opener, _colleague = aliased(User), aliased(User), aliased(User)


class Shown(Enum):
    """Which cases: those that wait for this officer's role, those decided, or all of them."""

    WAITING = "待审核"
    DECIDED = "已审核"
    ALL = "全部"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an officer has asked to see. `since` and `until` are days of submission, both included."""

    shown: Shown = Shown.WAITING
    kind: BusinessKind | None = None
    employer: str = ""
    """The beginning of a number, or a part of a name."""
    branch: Branch | None = None
    since: date | None = None
    until: date | None = None
    overdue_only: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the queue. Times are China's."""

    case_id: int
    version: int
    serial: str
    kind: BusinessKind
    employer_number: str
    employer_name: str
    branch: Branch
    submitted_by: str
    submitted_at: datetime
    status: CaseStatus
    waits_for: str
    """The role that decides next; empty where nobody has to."""
    due_on: date | None
    urgency: Urgency | None
    opened_by: str | None
    """The other officer who has it open now."""
    handed_to: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a queue, and how many there are: `COUNT_TO` means that many or more."""

    rows: list[Row]
    total: int


@audit.refusals
def queue(
    actor: Actor, wanted: Wanted | None = None, *, first: int = 0, most: int = 20
) -> Page:  # fmt: skip
    """Return cases of the officer's branch: those that wait by due day, others the latest first.

    Who belongs to no branch sees all of them.
    """
    actor.require(*OFFICERS)
    wanted = wanted or Wanted()
    chosen = _chosen(actor, wanted)
    with snapshot() as session:
        days = working_days.calendar(session)
        found = session.execute(_ordered(chosen, wanted).offset(first).limit(most)).all()
        rows = [_row(row, actor, days) for row in found]
        return Page(rows, _count(session, chosen, rows, first, most))


@audit.refusals
def waiting(actor: Actor) -> tuple[int, int]:
    """Return how many cases wait for this officer, and how many of them are overdue."""
    actor.require(*OFFICERS)
    with snapshot() as session:
        return tuple(  # type: ignore[return-value]  # two of them
            _counted(session, _chosen(actor, Wanted(overdue_only=overdue_only)))
            for overdue_only in (False, True)
        )


@audit.refusals
def next_case(actor: Actor, wanted: Wanted, *, after: int | None = None) -> int | None:
    """Return the case to open next in this order, one that nobody else has open; None if none is left.

    `after` is the case now open: what comes behind it comes first, then the beginning again.
    """
    actor.require(*OFFICERS)
    chosen = _ordered(_chosen(actor, replace(wanted, shown=Shown.WAITING)), wanted)
    is_free = or_(
        Case.opened_by.is_(None),
        Case.opened_by == actor.user_id,
        Case.opened_until < clock.instant(),
    )
    with snapshot() as session:
        free = chosen.where(is_free, Case.id != (after or 0))
        here = session.get(Case, after) if after else None
        if here and here.due_on:
            behind = or_(
                Case.due_on > here.due_on, and_(Case.due_on == here.due_on, Case.id > here.id)
            )
            if row := session.execute(free.where(behind).limit(1)).first():
                return int(row.id)
        row = session.execute(free.limit(1)).first()
        return int(row.id) if row else None


def _chosen(actor: Actor, wanted: Wanted) -> Select[int]:
    """Return the ids of the cases asked for, in no order."""
    chosen = select(Case.id).join(Employer, Employer.id == Case.employer_id).where(
        _state(actor, wanted.shown)
    )  # fmt: skip
    branch = actor.branch or wanted.branch
    if branch:
        chosen = chosen.where(Employer.branch == branch)
    if wanted.kind:
        chosen = chosen.where(Case.kind == wanted.kind)
    if text := wanted.employer.strip():
        chosen = chosen.where(_named(text))
    if wanted.since:
        chosen = chosen.where(Case.submitted_at >= _midnight(wanted.since))
    if wanted.until:
        chosen = chosen.where(Case.submitted_at < _midnight(wanted.until + timedelta(days=1)))
    if wanted.overdue_only:
        chosen = chosen.where(Case.waits_for.is_not(None), Case.due_on < clock.today())
    return chosen


def _named(text: str) -> ColumnElement[bool]:
    """Return the condition of a case whose employer has this number or part of a name.

    Where few have, they are named by id: SQLite else walks through all cases in their order.
    """
    found = select(Employer.id).where(
        or_(
            Employer.number.startswith(text, autoescape=True),
            Employer.name.contains(text, autoescape=True),
        )
    )
    with snapshot() as session:
        ids = session.scalars(found.limit(FEW + 1)).all()
    return Case.employer_id.in_(ids if len(ids) <= FEW else found)


def _state(actor: Actor, shown: Shown) -> ColumnElement[bool]:
    if shown is Shown.WAITING:
        is_mine = or_(Case.assigned_to.is_(None), Case.assigned_to == actor.user_id)
        return and_(Case.waits_for == actor.role, is_mine)
    if shown is Shown.DECIDED:
        reviewed = [kind.code for kind in KINDS if kind.levels]
        return and_(Case.status.in_(DECIDED), Case.kind.in_(reviewed))
    return Case.status.in_((CaseStatus.PENDING, *DECIDED))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.CHINA)


def _ordered(chosen: Select[int], wanted: Wanted) -> Select[int]:
    """Return the rows of the cases chosen, in the queue's order, with the names that they show."""
    order = (
        (Case.due_on, Case.id)
        if wanted.shown is Shown.WAITING
        else (Case.submitted_at.desc(), Case.id.desc())
    )
    return (
        chosen.add_columns(
            Case.version, Case.serial, Case.kind, Employer.number, Employer.name.label("employer"),
            Employer.branch, _clerk.name.label("clerk"), Case.submitted_at, Case.status, Case.waits_for,
            Case.due_on, Case.opened_by, Case.opened_until, _opener.name.label("opener"),
            _colleague.name.label("colleague"),
        )
        .join(_clerk, _clerk.id == Case.submitted_by)
        .outerjoin(_opener, _opener.id == Case.opened_by)
        .outerjoin(_colleague, _colleague.id == Case.assigned_to)
        .order_by(*order)
    )  # fmt: skip


def _row(row, actor: Actor, days: Calendar) -> Row:  # type: ignore[no-untyped-def]  # noqa: ANN001 — an anonymous row of the statement above
    is_waiting = row.waits_for is not None
    is_open = row.opened_until is not None and row.opened_until > clock.instant()
    opener = row.opener if is_open and row.opened_by != actor.user_id else None
    return Row(
        case_id=row.id,
        version=row.version,
        serial=row.serial or "",
        kind=row.kind,
        employer_number=row.number,
        employer_name=row.employer,
        branch=row.branch,
        submitted_by=row.clerk,
        submitted_at=clock.in_china(row.submitted_at),
        status=row.status,
        waits_for=row.waits_for.label if is_waiting else "",
        due_on=row.due_on,
        urgency=days.urgency(row.due_on, clock.today()) if is_waiting and row.due_on else None,
        opened_by=opener,
        handed_to=row.colleague if is_waiting else None,
    )


def _count(session: Session, chosen: Select[int], rows: list[Row], first: int, most: int) -> int:
    """Count all rows, without asking where the page itself says it."""
    if len(rows) < most and (rows or not first):
        return first + len(rows)
    return _counted(session, chosen)


def _counted(session: Session, chosen: Select[int]) -> int:
    some = chosen.limit(COUNT_TO).subquery()
    return session.scalars(select(func.count()).select_from(some)).one()
