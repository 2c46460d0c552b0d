"""The center's calendar (工作日历) as kept, and the day by which a case has to be decided."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import Role
from data.models.holiday import Holiday
from data.policy_codes import DayKind, PolicyKey
from services import audit, policy
from services.actor import Actor
from services.rules import clock
from services.rules.workdays import Calendar

#: Working days where the center has not set any (domain rules 4.12).
USUAL: Final = {PolicyKey.REVIEW_DAYS: 3, PolicyKey.DEFERRAL_REVIEW_DAYS: 10}


@dataclass(frozen=True, slots=True)
class MarkedDay:
    """A day that is not what the week says, or was once said not to be."""

    day: date
    kind: DayKind
    name: str
    source: str
    author: str


def calendar(session: Session) -> Calendar:
    """Return the calendar as it is known now: of one day the last word counts."""
    said = dict(session.execute(select(Holiday.day, Holiday.kind).order_by(Holiday.id)).all())
    return Calendar(
        holidays=frozenset(day for day, kind in said.items() if kind is DayKind.HOLIDAY),
        workdays=frozenset(day for day, kind in said.items() if kind is DayKind.WORKDAY),
    )


def due_on(session: Session, key: PolicyKey, submitted_on: date) -> date:
    """Return the last day to decide what came in on `submitted_on`, which does not count itself.

    `key` names the number of working days; until the center has set one, the usual one holds.
    """
    try:
        days = int(policy.value(session, key, submitted_on))
    except policy.PolicyMissing:
        days = USUAL[key]
    return calendar(session).after(submitted_on, days)


@audit.refusals
def listed(actor: Actor, year: int) -> list[MarkedDay]:
    """Return the year's marked days in order, each as last said."""
    actor.require(*(role for role in Role if role is not Role.CLERK))
    with snapshot() as session:
        rows = session.scalars(
            select(Holiday)
            .where(Holiday.day >= date(year, 1, 1), Holiday.day <= date(year, 12, 31))
            .order_by(Holiday.id)
        )
        last = {row.day: row for row in rows}
        return [
            MarkedDay(row.day, row.kind, row.name, row.source, row.author)
            for _, row in sorted(last.items())
        ]


def mark(
    session: Session, day: date, kind: DayKind, name: str, *, source: str, author: str
) -> None:
    """Say what a day is; what was said before is kept. Who may say it is the caller's matter.

    Cases that wait keep their due days until `calendar_days.reckon_due_days` is called.
    """
    session.add(
        Holiday(
            day=day, kind=kind, name=name, source=source, author=author, recorded_at=clock.now()
        )
    )
