"""Passwords of the center's staff, by streamlit-authenticator without its pages and cookies.

Of the package only its log-in logic and its bcrypt hasher are used; counting of failures, the
lock, and the equal time for unknown names are ours, in the database.
"""

from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from data.database import transaction
from data.enums import AuditAction
from data.models.people import User
from services import audit
from services.errors import BusinessError
from services.rules import clock, identity

MOST_FAILURES = 5
LOCK = timedelta(minutes=15)
SHORTEST, MOST_BYTES = 12, 72


class WeakPassword(BusinessError):
    message = "密码须为{shortest}位以上、{most}字节以内，首尾不能有空格"


def hashed(password: str) -> str:
    """Return the bcrypt hash to keep. Raises WeakPassword."""
    is_fit = len(password) >= SHORTEST and len(password.encode()) <= MOST_BYTES
    if not is_fit or password != password.strip():
        raise WeakPassword(shortest=SHORTEST, most=MOST_BYTES)
    return str(_package().Hasher.hash(password))


@cache
def _nobody() -> str:
    """Return what is checked where there is no such user: a wrong name takes as long as a password."""
    return hashed("nobody has this password")


@cache
def _package() -> Any:  # noqa: ANN401 — the package has no types
    """Return the package's parts, imported late: half a second that only staff need wait for."""
    from streamlit_authenticator.controllers import AuthenticationController  # noqa: PLC0415
    from streamlit_authenticator.utilities import Hasher, LoginError  # noqa: PLC0415

    return SimpleNamespace(
        AuthenticationController=AuthenticationController, Hasher=Hasher, LoginError=LoginError
    )


def is_right(username: str, password: str) -> int | None:
    """Return the user's id if name and password are right and not locked, else None.

    Five wrong passwords in a row lock the name for a quarter of an hour.
    """
    name = identity.normal(username).lower()
    with transaction() as session:
        user = session.scalar(select(User).filter_by(username=name).with_for_update())
        locked = user is not None and user.locked_until and user.locked_until > clock.instant()
        is_match = _matches(name, password, (user and user.password_hash) or _nobody())
        if user is None or locked:
            return None
        if is_match:
            user.failures, user.locked_until = 0, None
            return user.id
        user.failures += 1
        audit.record(session, None, AuditAction.PASSWORD_WRONG, f"user:{user.id}")
        if user.failures >= MOST_FAILURES:
            user.failures, user.locked_until = 0, clock.instant() + LOCK
            audit.record(session, None, AuditAction.LOCKED, f"user:{user.id}")
        return None


def _matches(name: str, password: str, kept: str) -> bool:
    if not password or len(password.encode()) > MOST_BYTES:
        return False
    person = {"first_name": "", "last_name": "", "password": kept, "roles": []}
    controller = _package().AuthenticationController(
        {"usernames": {name or "?": person}},
        auto_hash=False,
        secret_key="not used: no cookie",  # noqa: S106
    )
    try:
        return controller.login(name or "?", password) is True
    except _package().LoginError:
        return False
