"""The lines of a roster as they are kept (清册存取): read, counted, written."""

import itertools
import operator
from collections.abc import Iterable, Sequence
from itertools import repeat

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from data import bulk
from data.models.base_adjustment import BaseAdjustmentLine
from data.models.case import Case
from services import standing
from services.base_adjustment.line import LINE, LINES, MONEY, PERSON, Line

#: The lines of a case; its employer is named too, by which a parted table is looked up.
_IS_ITS = (LINE.c.case_id == bindparam("case_id"), LINE.c.employer_id == bindparam("employer_id"))
_OF_CASE = LINES.where(*_IS_ITS).order_by(LINE.c.row)
_OF_ACCOUNTS = _OF_CASE.where(PERSON.c.account.in_(bindparam("accounts", expanding=True)))
_MISSING = (
    select(PERSON.c.name)
    .where(
        PERSON.c.employer_id == bindparam("employer_id"),
        standing.IS_NORMAL,
        PERSON.c.id.not_in(select(LINE.c.contributor_id).where(*_IS_ITS)),
    )
    .order_by(PERSON.c.account)
)
_PLACES = select(LINE.c.contributor_id, LINE.c.row).where(*_IS_ITS)
_MOVED = (
    select(PERSON.c.name, PERSON.c.account)
    .join_from(LINE, PERSON)
    .where(*_IS_ITS, PERSON.c.employer_id != LINE.c.employer_id)
    .order_by(LINE.c.row)
)


def lines(session: Session, case: Case, accounts: Iterable[str] | None = None) -> list[Line]:
    """Return the lines of a case in the roster's order, or those of some accounts only.

    Who is sealed from a later month than the new bases run from is still 正常 for them: an officer may
    decide after that month has come.
    """
    given: dict[str, object] = {**of(case), **as_of(case)}
    if accounts is None:
        return [Line._make(row) for row in session.execute(_OF_CASE, given).all()]
    given["accounts"] = list(accounts)
    return [Line._make(row) for row in session.execute(_OF_ACCOUNTS, given).all()]


def as_of(case: Case) -> dict[str, object]:
    """Name the month whose status counts (see `standing`)."""
    return {"this_month": case.effective_month}


def put(
    session: Session, case: Case, entered: Sequence[Line], there: Iterable[Line] | None = None
) -> None:
    """Write lines into the roster, each over the one its person has there already.

    Their `row` does not count: who is there keeps the place, the others follow in order. `there` are
    all lines of the locked case, for one who has read them.
    """
    table = BaseAdjustmentLine
    if there is None:
        present = dict(session.execute(_PLACES, of(case)).all())
    else:
        present = {line.contributor_id: line.row for line in there}
    people = [line.contributor_id for line in entered]
    incoming = set(people)
    if present and incoming >= present.keys():
        session.execute(delete(table).filter_by(**of(case)))
        present = {}
    if again := incoming & present.keys():
        session.execute(delete(table).filter_by(**of(case)).where(table.contributor_id.in_(again)))
    places = itertools.count(1 + max(present.values(), default=0))
    rows = [present[person] if person in present else next(places) for person in people]
    whose = repeat(case.id), repeat(case.employer_id)
    money = (map(operator.attrgetter(name), entered) for name in MONEY)
    numbered = zip(*whose, rows, people, *money)  # noqa: B905 — repeated without end
    bulk.insert(
        session, table, ("case_id", "employer_id", "row", "contributor_id", *MONEY), numbered
    )


def count(session: Session, case: Case) -> int:
    """Return how many people are on the roster."""
    chosen = select(func.count()).select_from(BaseAdjustmentLine).filter_by(**of(case))
    return session.scalars(chosen).one()


def missing(session: Session, case: Case) -> list[str]:
    """Return the names of the employer's people in status 正常 who are not on the roster."""
    return list(session.scalars(_MISSING, of(case)))


def moved_away(session: Session, case: Case) -> list[tuple[str, str]]:
    """Return name and account of those on the roster who have moved to another employer since."""
    return [(name, account) for name, account in session.execute(_MOVED, of(case))]


def of(case: Case) -> dict[str, int]:
    """Name a case's lines."""
    return {"case_id": case.id, "employer_id": case.employer_id}
