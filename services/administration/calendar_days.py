"""Changes of the calendar (工作日历变更): which days are off, and which weekends are worked instead."""

from datetime import date, timedelta
from functools import cache, partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.enums import CaseStatus
from data.models.case import Case
from data.models.holiday import Holiday
from data.models.proposal import Proposal
from data.policy_codes import DayKind
from services import working_days
from services.businesses import BY_CODE
from services.errors import BusinessError
from services.rules import clock

MOST_DAYS, LONGEST_NAME = 31, 40
AHEAD = timedelta(days=3 * 366)
_KINDS = {kind.value: kind for kind in DayKind}


class BadDays(BusinessError):
    message = "请填写起止日期，开始不能晚于结束，一次最多{most}天，且在今天至{last}之间"


class NoName(BusinessError):
    message = "请填写节日名称（1至{longest}字）"


def read(
    session: Session, first: date, last: date, kind: DayKind, name: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the days are and what they shall be, as a proposal keeps them."""
    today, name = clock.today(), name.strip().replace("|", "")
    count = (last - first).days + 1
    if not (today <= first and 0 < count <= MOST_DAYS and last <= today + AHEAD):
        raise BadDays(most=MOST_DAYS, last=today + AHEAD)
    if not 0 < len(name) <= LONGEST_NAME:
        raise NoName(longest=LONGEST_NAME)
    said = dict(
        session.execute(
            select(Holiday.day, Holiday.kind)
            .where(Holiday.day >= first, Holiday.day <= last)
            .order_by(Holiday.id)
        ).all()
    )
    days = [first + timedelta(days=past) for past in range(count)]
    before = {str(day): said.get(day, DayKind.ORDINARY).value for day in days}
    return before, {str(day): f"{kind.value}|{name}" for day in days}


def put_in_force(session: Session, row: Proposal) -> None:
    """Write down what a confirmed proposal says of each day."""
    author = f"{row.proposer}提出，{row.decider}复核"
    for day, said in row.after.items():
        code, _, name = said.partition("|")
        working_days.mark(
            session, date.fromisoformat(day), _KINDS[code], name, source=row.source, author=author
        )
    reckon_due_days(session)


def reckon_due_days(session: Session) -> int:
    """Reckon the due days of all waiting cases anew, after the calendar has changed; how many moved."""
    moved = 0
    reckoned = cache(partial(working_days.due_on, session))
    for case in session.scalars(select(Case).filter_by(status=CaseStatus.PENDING)):
        if case.submitted_at:
            due = reckoned(BY_CODE[case.kind].days, clock.in_china(case.submitted_at).date())
            moved += due != case.due_on
            case.due_on = due
    return moved


def shown(value: str) -> str:
    """Return a stored day as people read it."""
    code, _, name = value.partition("|")
    return _KINDS[code].label + (f"（{name}）" if name else "")
