"""Employers for the journeys: each journey that changes something has one of its own, with a key.

They are copies of the demo's 黔东南苗岭食品(示例): five people at 8%+8%, 4,726.00 a month, booked to 2026-06.
"""

from typing import NamedTuple, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from data.base import Base
from data.enums import Role
from data.models.people import User
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment, AssessmentLine
from demo.cast import Player
from services.rules import identity
from services.summary import verify

Row = TypeVar("Row", bound=Base)
MODEL = "522601000202"
_CHECKS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Newcomer(NamedTuple):
    key: str
    """The clerk's UKey, named for the function that she walks."""
    clerk: str
    number: str
    employer: str


NEWCOMERS = (
    Newcomer("B1", "杨再兴", "522601000501", "凯里清水江纸业(示例)"),
    Newcomer("B4", "石明珠", "522601000504", "凯里香炉山茶业(示例)"),
    Newcomer("B5", "吴文海", "522601000505", "凯里苗侗银饰(示例)"),
    Newcomer("B6", "龙晓梅", "522601000506", "凯里下司物流(示例)"),
    Newcomer("B8", "罗建平", "522601000508", "凯里舟溪旅游(示例)"),
    Newcomer("M1", "田秋菊", "522601000511", "凯里金泉湖酒店(示例)"),
    Newcomer("H4", "陆小凤", "522601000510", "凯里大十字百货(示例)"),
)
BY_KEY = {one.key: one for one in NEWCOMERS}
PLAYERS = tuple(
    Player(one.key, one.clerk, Role.CLERK, f"28{place:04d}", employer=one.number)
    for place, one in enumerate(NEWCOMERS, start=1)
)


def settle(session: Session) -> None:
    """Write every newcomer with people, last month and clerk."""
    model = session.scalars(select(Employer).filter_by(number=MODEL)).one()
    for place, one in enumerate(NEWCOMERS, start=1):
        twin = _copy(
            model, number=one.number, name=one.employer, uscc=_proved(model.uscc[:15], place),
        )  # fmt: skip
        session.add(twin)
        session.flush()
        session.add(User(name=one.clerk, role=Role.CLERK, employer_id=twin.id,
                         mobile="13985500000", landline="0855-8230000"))  # fmt: skip
        _people(session, model, twin, place)
    verify.rebuild(session)


def _people(session: Session, model: Employer, twin: Employer, place: int) -> None:
    booked = session.scalars(select(Assessment).filter_by(employer_id=model.id)).one()
    month = _copy(booked, employer_id=twin.id)
    session.add(month)
    session.flush()
    for nth, person in enumerate(_of(session, model), start=1):
        other = _copy(
            person, employer_id=twin.id, account=f"52262{place:03d}{nth:04d}",
            id_number=_another(person.id_number, place), mobile=f"1390855{place:02d}{nth:02d}",
        )  # fmt: skip
        session.add(other)
        session.flush()
        own = select(AssessmentLine).filter_by(assessment_id=booked.id, contributor_id=person.id)
        line = session.scalars(own).one()
        session.add(
            _copy(
                line, assessment_id=month.id, employer_id=twin.id, contributor_id=other.id,
                account=other.account, id_number=other.id_number,
            )
        )  # fmt: skip


def _of(session: Session, employer: Employer) -> list[Contributor]:
    mine = select(Contributor).filter_by(employer_id=employer.id).order_by(Contributor.account)
    return list(session.scalars(mine))


def _copy(row: Row, **changes: object) -> Row:
    """Return a new row like this one, with another identity."""
    kind = type(row)
    names = [column.key for column in inspect(kind).column_attrs if column.key != "id"]
    return kind(**{name: getattr(row, name) for name in names} | changes)


def _proved(body: str, place: int) -> str:
    """Return a USCC of this body and place that proves itself."""
    return next(
        code for check in _CHECKS if identity.is_uscc(code := f"{body}{place:02d}{check}")
    )  # fmt: skip


def _another(number: str, place: int) -> str:
    """Return an ID card number of the same birthday and sex that proves itself."""
    body = f"{number[:14]}{(int(number[14:17]) + 2 * place) % 1000:03d}"
    return next(card for check in "0123456789X" if identity.is_id_card(card := body + check))
