"""Writing the audit (审计): what was done, in its own transaction; what was refused, in one of its own.

A change and its event are committed together or not at all. A refusal undoes its transaction, so the
decorator `refusals`, on every public use case, writes it down afterwards: there and not in the pages,
because a use case is also called by routes, jobs and tests, and because an objection that is raised
and answered inside a use case was refused to nobody.
"""

import inspect
import json
import logging
from collections.abc import Callable
from datetime import UTC
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy.exc import DataError, InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolEmpty
from sqlalchemy.orm import Session

from data import chain
from data.chain import Entry
from data.database import is_writing, transaction
from data.engines import UnfitText
from data.enums import AuditAction
from services.actor import Actor
from services.errors import BusinessError, Unavailable, Unstorable
from services.rules import clock

log = logging.getLogger("hall.services")
#: The database is full, locked, stopped, or has no connection left: no bug, and no refusal.
_AWAY: Final = (OperationalError, InterfaceError, PoolEmpty)
#: How SQLite's words begin where a statement is wrong, which it gives the same kind of error.
_BUGS: Final = ("no such ", "near ")
_UNSTORABLE: Final = (DataError, UnicodeEncodeError, UnfitText)
P = ParamSpec("P")
R = TypeVar("R")
#: What a payload may hold: ids, codes, counts, moments as text. Names and numbers of people may not.
Fact = str | int | bool | list[int] | list[str] | None


def record(
    session: Session, actor: Actor | None, action: AuditAction, subject: str, **facts: Fact
) -> None:
    """Write down what is being done, with the change itself.

    `subject` is what it is done to, as `case:17`; `actor` is None where the calendar does it, or
    nobody is known yet. A fact called `employer` says whose business it is where the actor's
    own employer does not.
    """
    stated = facts.pop("employer", None)
    employer = stated if isinstance(stated, int) else actor.employer_id if actor else None
    chain.note(
        session,
        Entry(
            instant=f"{clock.instant().astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            actor=actor.user_id if actor else None,
            role=actor.role.value if actor else None,
            employer=employer,
            action=action.value,
            subject=subject,
            payload=json.dumps(facts, sort_keys=True, separators=(",", ":")),
        ),
    )


def refusals(
    use_case: Callable[Concatenate[Actor, P], R],
) -> Callable[Concatenate[Actor, P], R]:
    """Make a use case write down whom it refused what was not theirs (`BusinessError.is_denial`).

    Where the database is away, it raises `Unavailable`: a sentence for the person, a line in the log.
    Where it cannot keep or look for what was typed, `Unstorable`.
    """

    def noted(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return use_case(actor, *args, **kwargs)
        except BusinessError as refusal:
            # Inside a transaction there is an outer use case, which this undoes and which writes.
            if refusal.is_denial and not refusal.is_noted and not is_writing():
                _note(actor, refusal, use_case, args, kwargs)
            raise

    @wraps(use_case)
    def watched(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return noted(actor, *args, **kwargs)
        except _AWAY as error:
            if is_writing() or str(getattr(error, "orig", "")).startswith(_BUGS):
                raise
            kind = type(getattr(error, "orig", error)).__name__
            log.exception("database_away use_case=%s error=%s", _name(use_case), kind)
            raise Unavailable from error
        except (*_UNSTORABLE, StatementError) as error:
            is_text = isinstance(error, _UNSTORABLE) or isinstance(error.orig, _UNSTORABLE)
            if is_writing() or not is_text:
                raise
            raise Unstorable from error

    return watched


def _note(
    actor: Actor,
    refusal: BusinessError,
    use_case: Callable[..., object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> None:
    given = inspect.signature(use_case).bind(actor, *args, **kwargs).arguments
    ids = {name: value for name, value in given.items() if type(value) is int}
    with transaction(in_earnest=True) as session:
        record(
            session,
            actor,
            AuditAction.REFUSED,
            _name(use_case),
            reason=type(refusal).__name__,
            **ids,
        )
    refusal.is_noted = True


def _name(use_case: Callable[..., object]) -> str:
    return f"{use_case.__module__.removeprefix('services.')}.{use_case.__name__}"
