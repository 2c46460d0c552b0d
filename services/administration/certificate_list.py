"""The list of certificates (证书台账): whose, until when, in what state, and all that was done to each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from data.database import snapshot
from data.enums import ADMINISTRATORS, OFFICERS, BindingStatus, Role
from data.models.people import BindingEvent, CertificateBinding, User
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.administration import certificate_text
from services.administration.certificate_text import Read
from services.administration.certificates import KEEPERS
from services.errors import NotFound
from services.rules import clock, identity

READERS = (*ADMINISTRATORS, Role.AUDITOR, *OFFICERS)
SOON = timedelta(days=60)
MOST = 50
A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Key:
    """A bound certificate. Times are China's."""

    id: int
    user_id: int
    holder: str
    role: Role
    place: str
    """The employer's number and name, or the branch."""
    serial: str
    issuer: str
    status: BindingStatus
    not_after: datetime
    days_left: int
    bound_by: str
    bound_at: datetime

    @property
    def is_over(self) -> bool:
        return self.days_left < 0

    @property
    def is_soon(self) -> bool:
        return self.days_left <= SOON.days


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody a key may be bound to."""

    id: int
    name: str
    role: Role
    place: str
    keys: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done to a key. The time is China's."""

    event: str
    reason: str
    done_by: str
    done_at: datetime
    serial: str


@audit.refusals
def count(
    actor: Actor, words: str = "", *, soon: bool = False, status: BindingStatus | None = None
) -> int:
    """Return how many certificates `keys` has in all."""
    chosen = select(func.count()).select_from(CertificateBinding)
    with snapshot() as session:
        asked = _chosen(chosen, actor, words, soon=soon, status=status)
        return int(session.scalars(asked).one())


@audit.refusals
def keys(
    actor: Actor, words: str = "", *, soon: bool = False, status: BindingStatus | None = None,
    page: int = 1,
) -> list[Key]:  # fmt: skip
    """Return a page of the bound certificates, the one that ends first on top.

    `words` is part of a name or an employer's number; `soon` asks for those in use that end within
    sixty days or have ended. Officers see their branch's clerks.
    """
    chosen = (
        select(CertificateBinding, User, Employer.number, Employer.name)
        .order_by(CertificateBinding.not_after, CertificateBinding.id)
        .limit(A_PAGE)
        .offset((page - 1) * A_PAGE)
    )
    now = clock.instant()
    with snapshot() as session:
        return [
            Key(
                row.id, user.id, user.name, user.role, _place(user, number, name), row.serial,
                certificate_text.readable(row.issuer), row.status,
                clock.in_china(row.not_after), (row.not_after - now).days,
                row.bound_by, clock.in_china(row.bound_at),
            )
            for row, user, number, name in session.execute(
                _chosen(chosen, actor, words, soon=soon, status=status)
            )
        ]  # fmt: skip


def _chosen(
    query: Any,  # noqa: ANN401 — of any columns
    actor: Actor,
    words: str,
    *,
    soon: bool,
    status: BindingStatus | None,
) -> Any:  # noqa: ANN401
    """Return the query held to the certificates asked for."""
    chosen = (
        query.join(User, User.id == CertificateBinding.user_id)
        .outerjoin(Employer, Employer.id == User.employer_id)
        .where(*_conditions(actor, words))
    )
    if soon:
        in_use = CertificateBinding.status == BindingStatus.ACTIVE
        ends = CertificateBinding.not_after < clock.instant() + SOON
        chosen = chosen.where(in_use, User.active.is_(True), ends)
    return chosen.where(CertificateBinding.status == status) if status else chosen


@audit.refusals
def holders(actor: Actor, words: str) -> list[Holder]:
    """Return those whose name or employer's number holds `words`, to bind a key to."""
    actor.require(*KEEPERS)
    chosen = (
        select(User, Employer.number, Employer.name)
        .outerjoin(Employer, Employer.id == User.employer_id)
        .where(User.active.is_(True), User.id != actor.user_id)
        .order_by(User.id)
        .limit(MOST)
    )
    with snapshot() as session:
        found = session.execute(chosen.where(*_conditions(actor, words))).all()
        bound = session.scalars(
            select(CertificateBinding.user_id).where(
                CertificateBinding.user_id.in_([user.id for user, _, _ in found]),
                CertificateBinding.status == BindingStatus.ACTIVE,
            )
        ).all()
        return [
            Holder(user.id, user.name, user.role, _place(user, number, name), bound.count(user.id))
            for user, number, name in found
        ]


@audit.refusals
def history(actor: Actor, user_id: int) -> list[Event]:
    """Return all that was done to a person's keys, the latest first. Raises NotFound, NotAllowed."""
    chosen = (
        select(User.id)
        .outerjoin(Employer, Employer.id == User.employer_id)
        .where(User.id == user_id)
    )
    with snapshot() as session:
        if session.scalar(chosen.where(*_conditions(actor, ""))) is None:
            raise NotFound(what="该人员")
        rows = session.execute(
            select(BindingEvent, CertificateBinding.serial)
            .join(CertificateBinding, CertificateBinding.id == BindingEvent.binding_id)
            .where(BindingEvent.user_id == user_id)
            .order_by(BindingEvent.id.desc())
        )
        return [
            Event(row.event.label, row.reason, row.done_by, clock.in_china(row.done_at), serial)
            for row, serial in rows
        ]


@audit.refusals
def examine(actor: Actor, content: bytes) -> Read:
    """Return what an uploaded certificate says, and whether it would do. Raises NotACertificate."""
    actor.require(*KEEPERS)
    return certificate_text.read(content)


def _conditions(actor: Actor, words: str) -> list[ColumnElement[bool]]:
    """Return what keeps a query to those the actor may see and to what `words` ask for."""
    actor.require(*READERS)
    asked: list[ColumnElement[bool]] = []
    if actor.role in OFFICERS:
        asked += [User.role == Role.CLERK, Employer.branch == actor.branch]
    if words := identity.normal(words):
        asked.append(
            or_(
                User.name.contains(words, autoescape=True),
                Employer.number.startswith(words, autoescape=True),
                Employer.name.contains(words, autoescape=True),
            )
        )
    return asked


def _place(user: User, number: str | None, name: str | None) -> str:
    if number:
        return f"{number} {name}"
    return user.branch.label if user.branch else "住房公积金管理中心"
