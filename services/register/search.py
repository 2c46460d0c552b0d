"""Searching the register (单位和缴存人查找): by number, name, USCC, account, an ID's last four.

Each kind of word is looked up by an index of its own: among 300,000 people nothing is read through.
Only the employers' names, some thousands, are searched for a part.
"""

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Dialect, select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import ContributorStatus, EmployerStatus
from data.models.register import Contributor, Employer
from data.text_search import LastFour, begins_with
from services import audit, standing
from services.actor import Actor
from services.errors import BusinessError
from services.register import scope
from services.rules import identity

MOST = 50
SHORTEST, LONGEST = 2, 60
NUMBER_LENGTH = 12
_LAST_FOUR = re.compile(r"\d{3}[\dX]", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)


class TooShort(BusinessError):
    message = (
        "请输入至少{shortest}个字：单位账号、名称或信用代码，或缴存人账号、姓名、证件号码（后四位）"
    )


@dataclass(frozen=True, slots=True)
class EmployerHit:
    id: int
    number: str
    name: str
    uscc: str
    branch: str
    status: EmployerStatus


@dataclass(frozen=True, slots=True)
class PersonHit:
    """A person found, with the employer to open. The identity number is masked."""

    account: str
    name: str
    id_number: str
    status: ContributorStatus
    employer_id: int
    employer_number: str
    employer_name: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, at most fifty of each; whether there were more."""

    employers: list[EmployerHit]
    people: list[PersonHit]
    has_more: bool


@audit.refusals
def search(actor: Actor, words: str) -> Found:
    """Look for employers and people. Raises TooShort, NotAllowed.

    Officers find those of their branch, the others everybody's.
    """
    visible = scope.visible(actor)
    text = identity.normal(words)
    if not SHORTEST <= len(text) <= LONGEST:
        raise TooShort(shortest=SHORTEST)
    with snapshot() as session:
        employers = _employers(session, text, visible)
        people = _people(session, text, visible)
    has_more = len(employers) > MOST or len(people) > MOST
    return Found(employers[:MOST], people[:MOST], has_more)


def _employers(session: Session, text: str, visible: ColumnElement[bool]) -> list[EmployerHit]:
    asked: ColumnElement[bool]
    if _DIGITS.fullmatch(text) and len(text) <= NUMBER_LENGTH:
        asked = Employer.number.between(
            text.ljust(NUMBER_LENGTH, "0"), text.ljust(NUMBER_LENGTH, "9")
        )
    elif identity.is_uscc(text):
        asked = Employer.uscc == text
    else:
        asked = Employer.name.contains(text, autoescape=True)
    rows = session.scalars(
        select(Employer).where(asked, visible).order_by(Employer.number).limit(MOST + 1)
    )
    return [
        EmployerHit(row.id, row.number, row.name, row.uscc, row.branch.label, row.status)
        for row in rows
    ]


def _people(session: Session, text: str, visible: ColumnElement[bool]) -> list[PersonHit]:
    dialect = session.get_bind().dialect
    rows = session.execute(
        select(Contributor, Employer.id, Employer.number, Employer.name)
        .join(Employer, Employer.id == Contributor.employer_id)
        .where(_asked_person(text, dialect), visible)
        .limit(MOST + 1)
    ).all()
    hits = [
        PersonHit(who.account, who.name, identity.masked(who.id_number), standing.status(who),
                  employer_id, number, name)
        for who, employer_id, number, name in rows
    ]  # fmt: skip
    return sorted(hits, key=lambda hit: hit.account)


def _asked_person(text: str, dialect: Dialect) -> ColumnElement[bool]:
    if _LAST_FOUR.fullmatch(text):
        return LastFour(Contributor.id_number) == text
    if _DIGITS.fullmatch(text) and len(text) == NUMBER_LENGTH:
        return Contributor.account == text
    if any(character.isdigit() for character in text):
        return Contributor.id_number == text
    return begins_with(Contributor.name, text, dialect)
