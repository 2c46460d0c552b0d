"""The clerk's desk (清册): a page of the roster, what the whole of it would do, and whom it lacks.

Every edit draws the desk anew, so the database sums up and turns the pages: of 20,000 lines two
hundred are fetched. What it says of the whole is one statement, the page another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from data import bulk
from data.database import snapshot
from data.enums import BusinessKind
from services import audit, policy
from services.actor import Actor
from services.approval import casework
from services.base_adjustment import frames, kept
from services.base_adjustment.line import (
    LINE,
    NEW_AMOUNT,
    OLD_AMOUNT,
    PERSON,
    SHOWN,
    STEEP_FALL,
    STEEP_RISE,
    fen,
)
from services.base_adjustment.roster import Effect
from services.rules import clock
from services.rules.limits import yuan
from services.standing import IS_NORMAL

_OLD, _NEW = fen(LINE.c.old_base), fen(LINE.c.new_base)
_IS_OURS = PERSON.c.employer_id == bindparam("employer_id")
_OF_CASE = LINE.c.case_id == casework.live_id(BusinessKind.BASE_ADJUSTMENT)
_IS_STEEP = or_((_NEW - _OLD) * 100 > STEEP_RISE * _OLD, (_NEW - _OLD) * 100 < STEEP_FALL * _OLD)
_IS_AT_LIMIT = _NEW.in_([bindparam("base_min"), bindparam("base_max")])
_SUMS = (
    select(
        func.count(),
        func.sum(OLD_AMOUNT),
        func.sum(NEW_AMOUNT),
        func.min(_NEW),
        func.max(_NEW),
        func.count().filter(_NEW != _OLD),
        func.count().filter(_IS_AT_LIMIT),
        func.count().filter(_IS_STEEP),
        select(func.count()).select_from(PERSON).where(_IS_OURS, IS_NORMAL).scalar_subquery()
        - func.count().filter(_IS_OURS, IS_NORMAL),
    )
    .join_from(LINE, PERSON)
    .where(_OF_CASE)
)
_COUNT = select(func.count()).select_from(LINE).join(PERSON).where(_OF_CASE)
_PAGE = (
    SHOWN.where(_OF_CASE).order_by(LINE.c.row).offset(bindparam("first")).limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the work on the roster shows, from one look at the database."""

    frame: pd.DataFrame
    """The lines of the page, as a grid shows them: see `frames.page`."""
    found: int
    """How many lines there are on all pages."""
    effect: Effect
    """What the whole roster would do, whatever is searched for."""
    missing: list[str]
    """Names of people in status 正常 whom the roster lacks; none while it is empty."""


@audit.refusals
def desk(
    actor: Actor, *, search: str = "", only_notable: bool = False, page: int = 1, size: int = 200
) -> Desk:
    """Return a page (from 1) of the roster of the clerk's employer, with what the whole would do.

    `search` is part of a name or an account, or the end of an identity number; `only_notable`
    leaves what deserves a second look. Beyond the last page stands the last one.
    """
    with snapshot() as session:
        limits = policy.in_force(session, clock.today(), actor.employer).limits
        given = {
            "employer_id": actor.employer,
            "base_min": limits.base_min,
            "base_max": limits.base_max,
        }
        *sums, missing = session.connection().execute(_SUMS, given).one()
        whole = _effect(sums)
        wanted = [*_matching(search), *([_IS_AT_LIMIT | _IS_STEEP] if only_notable else [])]
        found = whole.people
        if wanted:
            found = session.execute(_COUNT.where(*wanted), given).scalar_one()
        first = size * (max(1, min(page, -(-found // size))) - 1)
        paged = _PAGE.where(*wanted) if wanted else _PAGE
        lines = bulk.tuples(session, paged, {**given, "first": first, "most": size})
        frame = frames.page(lines, limits)
        is_lacking = bool(whole.people and missing)
        return Desk(frame, found, whole, _missing(session, actor) if is_lacking else [])


def _missing(session: Session, actor: Actor) -> list[str]:
    case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
    return kept.missing(session, case) if case else []


def _effect(sums: Sequence[int | None]) -> Effect:
    people, before, after, lowest, highest, changed, at_limit, steep = (int(x or 0) for x in sums)
    return Effect(
        people, yuan(before), yuan(after), yuan(lowest), yuan(highest), changed, at_limit, steep
    )


def _matching(search: str) -> Iterator[ColumnElement[bool]]:
    if words := search.strip():
        yield or_(
            PERSON.c.name.contains(words, autoescape=True),
            PERSON.c.account.contains(words, autoescape=True),
            PERSON.c.id_number.endswith(words.upper(), autoescape=True),
        )
