"""The employer's task center (消息, 待办, 已办, 我发起的, 已阅): manual H3–H8."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import AuditAction, BusinessKind, CaseStatus, Role
from data.models.case import Case, Message, Step
from data.models.register import Contributor
from services import audit
from services.actor import Actor
from services.approval import engine, moves
from services.errors import NotFound
from services.rules import clock

Item = TypeVar("Item")


class Tab(Enum):
    MESSAGES = "消息"
    TO_DO = "待办"
    DONE = "已办"
    STARTED = "我发起的"
    READ = "已阅"


ENDED = (CaseStatus.APPROVED, CaseStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Note:
    """A message. Times are China's."""

    id: int
    business: str
    text: str
    channel: str
    sent_at: datetime
    is_read: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A case in one of the lists. Times are China's."""

    case_id: int
    serial: str
    business: str
    status: CaseStatus
    version: int
    summary: str
    """The last opinion, or where it stands."""
    changed_at: datetime
    person: str
    """Whom the case is about, where it is about one person."""
    account: str
    """That person's account."""
    can_withdraw: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of a list, and how many there are in all."""

    items: list[Item]
    total: int


@audit.refusals
def counts(actor: Actor) -> dict[Tab, int]:
    """Return how many entries each tab has."""
    actor.require(Role.CLERK)
    with snapshot() as session:
        totals = (_count(_chosen(tab, actor)).scalar_subquery() for tab in Tab)
        return dict(zip(Tab, session.execute(select(*totals)).one(), strict=True))


@audit.refusals
def count(actor: Actor, tab: Tab, search: str = "") -> int:
    """Return how many entries of a tab match what is searched for."""
    with snapshot() as session:
        return _total(session, _matching(tab, actor, search))


@audit.refusals
def notes(actor: Actor, tab: Tab, *, first: int = 0, most: int = 5, search: str = "") -> Page[Note]:
    """Return messages of the tab 消息 or 已阅, the newest first."""
    chosen = _matching(tab, actor, search)
    with snapshot() as session:
        found = session.scalars(chosen.order_by(Message.id.desc()).offset(first).limit(most))
        items = [
            Note(
                row.id, row.kind.label, row.text, row.channel.label,
                clock.in_china(row.sent_at), row.read_at is not None,
            )
            for row in found
        ]  # fmt: skip
        return Page(items, _total(session, chosen))


@audit.refusals
def tasks(actor: Actor, tab: Tab, *, first: int = 0, most: int = 5, search: str = "") -> Page[Task]:
    """Return cases of the tab 待办, 已办 or 我发起的, the latest moved first."""
    chosen = _matching(tab, actor, search)
    moved = (
        select(Step.case_id, func.max(Step.id).label("step_id")).group_by(Step.case_id).subquery()
    )
    with snapshot() as session:
        found = session.execute(
            chosen.join(moved, moved.c.case_id == Case.id)
            .join(Step, Step.id == moved.c.step_id)
            .outerjoin(Contributor, Contributor.id == Case.contributor_id)
            .add_columns(Step, Contributor.name, Contributor.account)
            .order_by(Step.id.desc())
            .offset(first)
            .limit(most)
        )
        items = [
            Task(
                case.id, case.serial or "", case.kind.label, case.status, case.version,
                _summary(step), clock.in_china(step.taken_at), name or "", account or "",
                engine.can_withdraw(case, actor),
            )
            for case, step, name, account in found
        ]  # fmt: skip
        return Page(items, _total(session, chosen))


@audit.refusals
def mark_read(actor: Actor, message_id: int) -> None:
    """标为已阅. Raises NotFound for another employer's message."""
    with transaction() as session:
        message = _message(session, message_id, actor)
        message.read_at = message.read_at or clock.now()
        audit.record(session, actor, AuditAction.MESSAGE_READ, f"message:{message_id}")


@audit.refusals
def delete(actor: Actor, message_id: int) -> None:
    """删除: the message is no longer shown. Raises NotFound for another employer's."""
    with transaction() as session:
        _message(session, message_id, actor).deleted_at = clock.now()
        audit.record(session, actor, AuditAction.MESSAGE_DELETED, f"message:{message_id}")


def _chosen(tab: Tab, actor: Actor) -> Select[Message] | Select[Case]:
    if tab in (Tab.MESSAGES, Tab.READ):
        mine = select(Message).filter_by(employer_id=actor.employer, deleted_at=None)
        is_read = Message.read_at.is_not(None)
        return mine.where(is_read if tab is Tab.READ else ~is_read)
    own = select(Case).filter_by(employer_id=actor.employer).where(Case.serial.is_not(None))
    if tab is Tab.TO_DO:
        return own.where(Case.status.in_(moves.TURNED_BACK))
    if tab is Tab.DONE:
        return own.where(Case.status.in_(ENDED))
    return own.where(Case.started_by == actor.user_id)


def _matching(tab: Tab, actor: Actor, search: str) -> Select[Message] | Select[Case]:
    """Choose by the business's name, the serial, and a task's person or a message's words."""
    chosen, words = _chosen(tab, actor), search.strip()
    if not words:
        return chosen
    named = [kind for kind in BusinessKind if words in kind.label]
    numbered = Case.serial.contains(words, autoescape=True)
    if tab not in (Tab.MESSAGES, Tab.READ):
        person = Contributor
        about = select(person.id).where(
            or_(
                person.name.contains(words, autoescape=True),
                person.account.contains(words, autoescape=True),
            )
        )
        return chosen.where(
            or_(numbered, Case.kind.in_(named), Case.contributor_id.in_(about))
        )  # fmt: skip
    return chosen.outerjoin(Case, Case.id == Message.case_id).where(
        or_(numbered, Message.kind.in_(named), Message.text.contains(words, autoescape=True))
    )


def _total(session: Session, chosen: Select[Message] | Select[Case]) -> int:
    return session.scalars(_count(chosen)).one()


def _count(chosen: Select[Message] | Select[Case]) -> Select[int]:
    return select(func.count()).select_from(chosen.subquery())


def _message(session: Session, message_id: int, actor: Actor) -> Message:
    message = session.scalar(
        select(Message).filter_by(id=message_id, employer_id=actor.employer, deleted_at=None)
    )
    if message is None:
        raise NotFound(what="该消息")
    return message


def _summary(step: Step) -> str:
    said = f"：{step.opinion}" if step.opinion else ""
    return f"{step.user_name} {step.action.label}{said}"
