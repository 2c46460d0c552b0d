"""Reminders (催缴) of a month that is not booked: one sentence, once a calendar month each employer."""

from datetime import date, datetime, time

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.enums import AuditAction, BusinessKind, Channel
from data.models.case import Message
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.rules import clock
from services.rules.months import Month

SENTENCE = "尊敬的{name}，贵单位{month}公积金尚未入账，请尽快汇缴"


def tell(
    session: Session, employer_id: int, name: str, month: Month, actor: Actor | None = None
) -> str:
    """Write the reminder down as a message, and return it; without an actor, the calendar sends it."""
    text = SENTENCE.format(name=name, month=month.label)
    session.add(
        Message(
            employer_id=employer_id, case_id=None, kind=BusinessKind.REMITTANCE, channel=Channel.HALL,
            text=text, reminds_of=month.number, sent_at=clock.now(),
        )
    )  # fmt: skip
    audit.record(
        session, actor, AuditAction.REMINDED, f"employer:{employer_id}",
        employer=employer_id, month=month.number,
    )  # fmt: skip
    return text


def told(session: Session, *which: ColumnElement[bool]) -> dict[int, date]:
    """Return when each of these employers was reminded in this calendar month."""
    first = clock.today().replace(day=1)
    found = session.execute(
        select(Message.employer_id, func.max(Message.sent_at))
        .join(Employer, Employer.id == Message.employer_id)
        .where(
            *which,
            Message.reminds_of.is_not(None),
            Message.sent_at >= datetime.combine(first, time.min, tzinfo=clock.CHINA),
        )
        .group_by(Message.employer_id)
    )
    return {employer_id: clock.in_china(sent).date() for employer_id, sent in found}
