"""The center's people (人员管理): new staff, disabling, passwords, the lock.

A new person cannot sign in before the security administrator has bound a UKey: two persons again.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import ADMINISTRATORS, OFFICERS, AuditAction, BindingStatus, Branch, Role
from data.models.people import CertificateBinding, User
from data.models.proposal import Proposal
from data.policy_codes import ProposalStatus, ProposalTopic
from services import audit, passwords, sessions
from services.actor import Actor
from services.approval import holding
from services.errors import BusinessError, NotFound
from services.rules import clock, identity

READERS = (*ADMINISTRATORS, Role.AUDITOR)
STAFF = tuple(role for role in Role if role is not Role.CLERK)
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}", re.ASCII)


class BadName(BusinessError):
    message = "姓名须为2至30个字"


class BadUsername(BusinessError):
    message = "用户名须以小写字母开头，由3至40位小写字母、数字、点、横线组成"


class UsernameTaken(BusinessError):
    message = "用户名“{username}”已被使用，请换一个"


class BadRole(BusinessError):
    message = "请选择中心人员的角色"


class BadBranch(BusinessError):
    message = "{role}{ask}所属管理部"


class OwnAccount(BusinessError):
    message = "不能为本人办理，请由其他管理员办理"


class LastOne(BusinessError):
    message = "{name}是最后一名在用的{role}，不能停用或改任"


class AlreadySo(BusinessError):
    message = "{name}已是{state}状态"


@dataclass(frozen=True, slots=True)
class Person:
    """One of the center's people. The moment is China's."""

    id: int
    name: str
    username: str
    role: Role
    branch: Branch | None
    active: bool
    locked_until: datetime | None
    keys: int
    """UKeys in use."""
    waiting: int | None
    """A change of role that waits for a second person."""


@audit.refusals
def staff(actor: Actor) -> list[Person]:
    """Return the center's people, those in use first. Raises NotAllowed."""
    actor.require(*READERS)
    in_use = (
        select(func.count())
        .where(CertificateBinding.user_id == User.id)
        .where(CertificateBinding.status == BindingStatus.ACTIVE)
        .scalar_subquery()
    )
    now = clock.instant()
    with snapshot() as session:
        waiting = dict(
            session.execute(
                select(Proposal.user_id, Proposal.id).filter_by(
                    status=ProposalStatus.PENDING, topic=ProposalTopic.USER
                )
            ).all()
        )
        rows = session.execute(
            select(User, in_use)
            .where(User.role != Role.CLERK)
            .order_by(User.active.desc(), User.role, User.id)
        )
        return [
            Person(
                row.id, row.name, row.username or "", row.role, row.branch, row.active,
                clock.in_china(row.locked_until)
                if row.locked_until and row.locked_until > now else None,
                keys, waiting.get(row.id),
            )
            for row, keys in rows
        ]  # fmt: skip


@audit.refusals
def create(
    actor: Actor, *, name: str, username: str, role: Role, branch: Branch | None, password: str
) -> int:
    """Take on a member of the staff; return the id.

    Raises BadName, BadUsername, UsernameTaken, BadRole, BadBranch, WeakPassword, NotAllowed.
    """
    actor.require(Role.ADMINISTRATOR)
    row = row_of(name=name, username=username, role=role, branch=branch, password=password)
    try:
        with transaction() as session:
            keep(session, actor, row)
    except IntegrityError as taken:
        raise UsernameTaken(username=row.username) from taken
    return row.id


def row_of(*, name: str, username: str, role: Role, branch: Branch | None, password: str) -> User:
    """Return a new member of the staff, kept by nobody yet. Raises as `create`."""
    name, username = name.strip(), identity.normal(username).lower()
    if not 2 <= len(name) <= 30:  # noqa: PLR2004
        raise BadName
    if not _USERNAME.fullmatch(username):
        raise BadUsername
    require_place(role, branch)
    return User(name=name, username=username, role=role, branch=branch,
                password_hash=passwords.hashed(password))  # fmt: skip


def keep(session: Session, actor: Actor | None, row: User) -> None:
    """Write a new member of the staff down; `actor` is None for the first of all."""
    session.add(row)
    session.flush()
    _note(session, actor, row, "created")


@audit.refusals
def disable(actor: Actor, user_id: int) -> None:
    """Stop a person, of the staff or an employer's clerk; all sessions end at once.

    Raises LastOne, AlreadySo, OwnAccount, NotFound, NotAllowed.
    """
    actor.require(*ADMINISTRATORS)
    with transaction() as session:
        row = _anybody(session, actor, user_id)
        if not row.active:
            raise AlreadySo(name=row.name, state="停用")
        require_not_last(session, row)
        row.active = False
        holding.hand_back(session, row.id)
        sessions.sign_out_everywhere(session, row.id, "disabled")
        _note(session, actor, row, "disabled")


@audit.refusals
def enable(actor: Actor, user_id: int) -> None:
    """Let a person in again. Raises AlreadySo, OwnAccount, NotFound, NotAllowed."""
    actor.require(Role.ADMINISTRATOR)
    with transaction() as session:
        row = _anybody(session, actor, user_id)
        if row.active:
            raise AlreadySo(name=row.name, state="在用")
        row.active = True
        _note(session, actor, row, "enabled")


@audit.refusals
def reset_password(actor: Actor, user_id: int, password: str) -> None:
    """Set a new password for a member of the staff; all sessions end, the lock too.

    Raises WeakPassword, OwnAccount, NotFound, NotAllowed.
    """
    actor.require(Role.ADMINISTRATOR)
    kept = passwords.hashed(password)
    with transaction() as session:
        row = member(session, actor, user_id)
        row.password_hash, row.failures, row.locked_until = kept, 0, None
        sessions.sign_out_everywhere(session, row.id, "password_reset")
        _note(session, actor, row, "password_reset")


@audit.refusals
def unlock(actor: Actor, user_id: int) -> None:
    """Lift the lock that five wrong passwords have set. Raises OwnAccount, NotFound, NotAllowed."""
    actor.require(*ADMINISTRATORS)
    with transaction() as session:
        row = member(session, actor, user_id)
        row.failures, row.locked_until = 0, None
        _note(session, actor, row, "unlocked")


def require_place(role: Role, branch: Branch | None) -> None:
    """Raise BadRole or BadBranch where a role of the staff and a branch do not go together."""
    if role not in STAFF:
        raise BadRole
    if (role in OFFICERS) != (branch is not None):
        raise BadBranch(role=role.label, ask="须有" if role in OFFICERS else "不设")


def require_not_last(session: Session, row: User) -> None:
    """Raise LastOne where the hall would be left without somebody in an administrator's role."""
    if row.role not in ADMINISTRATORS:
        return
    others = session.scalars(
        select(func.count())
        .select_from(User)
        .where(User.role == row.role, User.active.is_(True), User.id != row.id)
    ).one()
    if not others:
        raise LastOne(name=row.name, role=row.role.label)


def _anybody(session: Session, actor: Actor, user_id: int) -> User:
    row = session.get(User, user_id, with_for_update=True)
    if row is None:
        raise NotFound(what="该人员")
    if row.id == actor.user_id:
        raise OwnAccount
    return row


def member(session: Session, actor: Actor, user_id: int) -> User:
    """Return a member of the staff, locked. Raises NotFound, OwnAccount."""
    row = _anybody(session, actor, user_id)
    if row.role not in STAFF:
        raise NotFound(what="该人员")
    return row


def _note(session: Session, actor: Actor | None, row: User, change: str) -> None:
    audit.record(
        session, actor, AuditAction.USER_SET, f"user:{row.id}", employer=row.employer_id,
        change=change, of_role=row.role.value,
    )  # fmt: skip
