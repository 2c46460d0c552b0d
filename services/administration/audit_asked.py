"""What the auditor asks for (审计查询条件): days, a person, an act, an employer; a page at a time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.base import Base
from data.enums import AuditAction
from data.models.people import User
from data.models.register import Employer
from services.errors import BusinessError
from services.rules import clock, identity

A_PAGE = 50
LONGEST = timedelta(days=366)


class BadDays(BusinessError):
    message = "开始日期不能晚于结束日期，一次最多查询一年"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look for; empty words and None are no limit. Days are the real ones, in China."""

    first: date
    last: date
    action: AuditAction | None = None
    who: str = ""
    """Part of a person's name."""
    employer: str = ""
    """An employer's number."""


def span(asked: Asked) -> tuple[datetime, datetime]:
    """Return the moments that the days begin and end at. Raises BadDays."""
    if not timedelta(0) <= asked.last - asked.first <= LONGEST:
        raise BadDays
    after = asked.last + timedelta(days=1)
    return (
        datetime.combine(asked.first, time(), clock.CHINA).astimezone(UTC),
        datetime.combine(after, time(), clock.CHINA).astimezone(UTC),
    )


def people(session: Session, words: str) -> list[int]:
    """Return the ids of those whose name has these words in it."""
    name = User.name.contains(identity.normal(words), autoescape=True)
    return list(session.scalars(select(User.id).where(name)))


def employers(session: Session, number: str) -> list[int]:
    """Return the id of the employer with this number, none where there is no such employer."""
    return list(session.scalars(select(Employer.id).filter_by(number=identity.normal(number))))


def paged(
    session: Session, table: type[Base], wanted: list[ColumnElement[bool]], page: int
) -> tuple[int, int, int]:
    """Return how many rows there are, on how many pages, and after how many this page begins."""
    count = session.scalars(select(func.count()).select_from(table).where(*wanted)).one()
    pages = max(1, -(-count // A_PAGE))
    return count, pages, (min(max(page, 1), pages) - 1) * A_PAGE
