"""Sessions (会话): who is signed in by which cookie, asked on every run, and how that ends."""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from data.bulk import table_of
from data.database import glance, transaction
from data.enums import AuditAction, BindingStatus
from data.models.people import CertificateBinding, User, UserSession
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.rules import clock

log = logging.getLogger("hall.services")

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
#: A session's last use is written at most this often.
TOUCH = timedelta(seconds=20)

_SESSION, _USER = table_of(UserSession), table_of(User)
_BINDING, _EMPLOYER = table_of(CertificateBinding), table_of(Employer)
#: All that a live session is judged by. It is asked on every run, so it is spelt out once, on tables.
_KEPT = (
    select(
        _SESSION.c.secret_hash,
        _SESSION.c.token_serial,
        _SESSION.c.opened_at,
        _SESSION.c.seen_at,
        _SESSION.c.ended_at,
        _USER.c.id.label("user_id"),
        _USER.c.name.label("user_name"),
        _USER.c.role,
        _USER.c.employer_id,
        _USER.c.branch,
        _USER.c.active,
        _BINDING.c.status.label("binding_status"),
        _BINDING.c.not_after,
        _BINDING.c.fingerprint,
        _EMPLOYER.c.name.label("employer_name"),
        _EMPLOYER.c.number.label("employer_number"),
    )
    .join_from(_SESSION, _USER, _USER.c.id == _SESSION.c.user_id)
    .join(_BINDING, _BINDING.c.id == _SESSION.c.binding_id)
    .outerjoin(_EMPLOYER, _EMPLOYER.c.id == _USER.c.employer_id)
    .where(_SESSION.c.secret_hash == bindparam("secret_hash"))
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session, as asked on every run. The certificate's end is China's."""

    actor: Actor
    employer_name: str
    employer_number: str
    token_serial: str
    certificate_ends: datetime
    fingerprint: str
    """SHA-256 of the certificate that signed in: no other may sign in this session."""


def begin(session: Session, actor: Actor, binding_id: int, token_serial: str) -> str:
    """Open a session for whoever has just signed in; return its secret, which is kept nowhere."""
    secret, now = secrets.token_urlsafe(32), clock.instant()
    session.add(
        UserSession(
            secret_hash=hashed(secret), user_id=actor.user_id, binding_id=binding_id,
            token_serial=token_serial[:64], opened_at=now, seen_at=now,
        )
    )  # fmt: skip
    return secret


def signed_in(secret: str | None, *, touch: bool = True) -> SignedIn | None:
    """Return the live session of this cookie, or None: idle, too old, ended, or no longer allowed.

    `touch` counts this as use; a page that only watches does not.
    """
    if not secret:
        return None
    with glance() as connection:
        kept = connection.execute(_KEPT, {"secret_hash": hashed(secret)}).one_or_none()
    now = clock.instant()
    if kept is None or not _is_live(kept, now):
        return None
    if touch and now - kept.seen_at > TOUCH:
        try:
            _touch(kept.secret_hash, now)
        except OperationalError:  # who only looks need not know that nobody can write
            log.warning("use_unnoted")
    return SignedIn(
        Actor(kept.user_id, kept.user_name, kept.role, kept.employer_id, kept.branch),
        kept.employer_name or "",
        kept.employer_number or "",
        kept.token_serial,
        clock.in_china(kept.not_after),
        kept.fingerprint,
    )


def sign_out(secret: str | None, reason: str = "signed_out") -> None:
    """End the session of this cookie, if there is one."""
    if secret:
        with transaction() as session:
            user_id = session.scalar(
                update(UserSession)
                .filter_by(secret_hash=hashed(secret), ended_at=None)
                .values(ended_at=clock.instant(), end_reason=reason)
                .returning(UserSession.user_id)
            )
            if user_id:
                whose = actor_of(session.get_one(User, user_id))
                subject = f"user:{user_id}"
                audit.record(session, whose, AuditAction.SIGNED_OUT, subject, reason=reason)


def sign_out_everywhere(session: Session, user_id: int, reason: str) -> None:
    """End every session of a user, within the transaction that takes away the right to it."""
    subject = f"user:{user_id}"
    audit.record(session, None, AuditAction.SESSIONS_ENDED, subject, reason=reason)
    session.execute(
        update(UserSession)
        .filter_by(user_id=user_id, ended_at=None)
        .values(ended_at=clock.instant(), end_reason=reason)
    )


def _is_live(kept: Row[*tuple[Any, ...]], now: datetime) -> bool:
    return bool(
        kept.ended_at is None
        and now - kept.seen_at <= IDLE
        and now - kept.opened_at <= LONGEST
        and kept.active
        and kept.binding_status is BindingStatus.ACTIVE
        and now <= kept.not_after
    )


def _touch(secret_hash: str, now: datetime) -> None:
    with transaction() as session:
        session.execute(update(UserSession).filter_by(secret_hash=secret_hash).values(seen_at=now))


def actor_of(user: User) -> Actor:
    return Actor(user.id, user.name, user.role, user.employer_id, user.branch)


def hashed(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
