"""The auditor's reading (审计日志查询): what was done, refused or taken out, by whom and when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from data.database import snapshot
from data.enums import AuditAction, Role
from data.models.audit import AuditEvent
from data.models.people import User
from data.models.record import Export
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.administration.audit_asked import A_PAGE, Asked, employers, paged, people, span
from services.rules import clock

READERS = (Role.AUDITOR, Role.SECURITY_ADMINISTRATOR)
_ACTIONS = {action.value: action for action in AuditAction}
_ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Event:
    """One event as people read it. The moment is China's."""

    seq: int
    at: datetime
    who: str
    role: str
    action: str
    subject: str
    employer: str
    facts: str
    """The event's payload: ids, codes and counts, as JSON."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One way out of people's data: a print or a workbook. The moment is China's."""

    at: datetime
    who: str
    role: str
    employer: str
    what: str
    conditions: str
    rows: int


@dataclass(frozen=True, slots=True)
class EventPage:
    rows: list[Event]
    count: int
    pages: int


@dataclass(frozen=True, slots=True)
class TakenPage:
    rows: list[Taken]
    count: int
    pages: int


@audit.refusals
def events(actor: Actor, asked: Asked, *, page: int = 1) -> EventPage:
    """Return a page of the audit, the latest first. Raises BadDays, NotAllowed."""
    actor.require(*READERS)
    begin, end = span(asked)
    with snapshot() as session:
        wanted = [AuditEvent.instant >= _text(begin), AuditEvent.instant < _text(end)]
        if asked.action:
            wanted.append(AuditEvent.action == asked.action.value)
        if asked.who.strip():
            wanted.append(AuditEvent.actor.in_(people(session, asked.who)))
        if asked.employer.strip():
            wanted.append(AuditEvent.employer.in_(employers(session, asked.employer)))
        count, pages, offset = paged(session, AuditEvent, wanted, page)
        rows = session.execute(
            select(AuditEvent, User.name, Employer.number)
            .outerjoin(User, User.id == AuditEvent.actor)
            .outerjoin(Employer, Employer.id == AuditEvent.employer)
            .where(*wanted)
            .order_by(AuditEvent.seq.desc())
            .limit(A_PAGE)
            .offset(offset)
        )
        return EventPage(
            [_event(row, name or "", number or "") for row, name, number in rows], count, pages
        )


@audit.refusals
def exports(actor: Actor, asked: Asked, *, page: int = 1) -> TakenPage:
    """Return a page of the export log, the latest first. Raises BadDays, NotAllowed."""
    actor.require(*READERS)
    begin, end = span(asked)
    with snapshot() as session:
        wanted = [Export.exported_at >= begin, Export.exported_at < end]
        if asked.who.strip():
            wanted.append(Export.user_id.in_(people(session, asked.who)))
        if asked.employer.strip():
            wanted.append(Export.employer_id.in_(employers(session, asked.employer)))
        count, pages, offset = paged(session, Export, wanted, page)
        rows = session.execute(
            select(Export, User.name, User.role, Employer.number)
            .join(User, User.id == Export.user_id)
            .outerjoin(Employer, Employer.id == Export.employer_id)
            .where(*wanted)
            .order_by(Export.id.desc())
            .limit(A_PAGE)
            .offset(offset)
        )
        return TakenPage(
            [
                Taken(clock.in_china(row.exported_at), name, role.label, number or "—", row.what,
                      row.conditions, row.rows)
                for row, name, role, number in rows
            ],
            count, pages,
        )  # fmt: skip


def _text(moment: datetime) -> str:
    """Return a moment as the audit writes it: as text it sorts as time does."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"


def _event(row: AuditEvent, name: str, number: str) -> Event:
    action, role = _ACTIONS.get(row.action), _ROLES.get(row.role or "")
    return Event(
        row.seq, clock.in_china(datetime.fromisoformat(row.instant)), name or "系统",
        role.label if role else "—", action.label if action else row.action, row.subject,
        number or "—", row.payload,
    )  # fmt: skip
