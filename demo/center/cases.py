"""What goes on at the demo center (业务): cases decided and waiting.

People ask for small changes every day; officers decide within some days; some of the latest wait,
a few for too long.
"""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from data.base import Base
from data.codes import Education
from data.enums import Action, Branch, BusinessKind, CaseStatus, Channel, Role
from data.models.case import Case, CaseChange, Step
from data.models.people import User
from data.models.register import Contributor
from data.policy_codes import PolicyKey
from demo.center.employers import Invented, Size
from services import policy, working_days
from services.rules import clock

TODAY: Final = date(2026, 7, 6)
JULY: Final = 202607
_PAST_DAYS, _WAITING_DAYS = 180, 9
_OPINIONS: Final = ("材料不全，请补充", "数据有误，请核对", "材料不清晰，请重传")
_DEGREES: Final = (Education.COLLEGE_GRADUATE, Education.BACHELOR, Education.MASTER)

Row = dict[str, Any]


class Cases:
    """Cases with their steps and changes, written many at a time."""

    def __init__(self, session: Session, officers: Mapping[Branch, User]) -> None:
        self._session = session
        self._officers = officers
        self._next = (session.scalar(select(Case.id).order_by(Case.id.desc()).limit(1)) or 0) + 1
        self._calendar = working_days.calendar(session)
        self._days = int(policy.value(session, PolicyKey.REVIEW_DAYS, TODAY))
        self._longer = int(policy.value(session, PolicyKey.DEFERRAL_REVIEW_DAYS, TODAY))
        self._rows: dict[type[Base], list[Row]] = {Case: [], Step: [], CaseChange: []}

    def add(
        self,
        kind: BusinessKind,
        employer_id: int,
        employer: Invented,
        *,
        clerk_id: int,
        submitted: datetime,
        outcome: Action | None,
        days: float = 0,
        **more: Any,  # noqa: ANN401 — further columns of the case
    ) -> int:
        """Add a case, decided by the branch's officer after `days` where there is an outcome."""
        case_id, self._next = self._next, self._next + 1
        status = _STATUS[outcome]
        decided = submitted + timedelta(days=days)
        is_over = outcome is Action.APPROVE
        self._rows[Case].append(
            {
                "id": case_id, "serial": f"01{submitted:%y%m%d}{case_id:07d}",
                "employer_id": employer_id, "kind": kind, "status": status, "level": 1,
                "waits_for": None if outcome else Role.REVIEWER,
                "due_on": self._calendar.after(
                    submitted.astimezone(clock.CHINA).date(),
                    self._longer if kind is BusinessKind.DEFERRAL else self._days,
                ),
                "levels": Role.REVIEWER.value, "effective_month": JULY, "contributor_id": None,
                "form": {}, "started_by": clerk_id, "started_at": submitted,
                "submitted_by": clerk_id, "submitted_at": submitted,
                "ended_at": decided if is_over else None, "version": 3 if outcome else 2, **more,
            }
        )  # fmt: skip
        clerk = (clerk_id, employer.clerk, Role.CLERK)
        self._step(case_id, Action.SUBMIT, CaseStatus.PENDING, clerk, times=(submitted, submitted))
        if outcome or more.get("level", 1) > 1:
            officer = self._officers[employer.branch]
            by = (officer.id, officer.name, Role.REVIEWER)
            outcome = outcome or Action.APPROVE
            opinion = "同意" if outcome is Action.APPROVE else _OPINIONS[case_id % len(_OPINIONS)]
            self._step(case_id, outcome, status, by, times=(submitted, decided), opinion=opinion)
        return case_id

    def change(self, case_id: int, item: str, old: str, new: str) -> None:
        self._rows[CaseChange].append({"case_id": case_id, "item": item, "old": old, "new": new})

    def write(self) -> None:
        for model, rows in self._rows.items():
            if rows:
                self._session.execute(insert(model), rows)
                rows.clear()

    def _step(
        self,
        case_id: int,
        action: Action,
        status: CaseStatus,
        by: tuple[int, str, Role],
        *,
        times: tuple[datetime, datetime],
        opinion: str = "",
    ) -> None:
        (user_id, name, role), (arrived, taken) = by, times
        self._rows[Step].append(
            {
                "case_id": case_id, "version": 2 if action is Action.SUBMIT else 3,
                "action": action, "status": status,
                "level": 0 if role is Role.CLERK else 1, "user_id": user_id, "user_name": name,
                "role": role.label, "opinion": opinion, "channel": Channel.HALL,
                "arrived_at": arrived, "taken_at": taken,
            }
        )  # fmt: skip


_STATUS: Final = {
    None: CaseStatus.PENDING,
    Action.APPROVE: CaseStatus.APPROVED,
    Action.RETURN: CaseStatus.RETURNED,
    Action.REJECT: CaseStatus.REJECTED,
}


def write(
    session: Session,
    luck: random.Random,
    employers: dict[int, Invented],
    clerks: dict[int, int],
    officers: Mapping[Branch, User],
    *,
    size: Size,
) -> None:
    """Write the changes of people's information, decided and waiting."""
    cases = Cases(session, officers)
    people = _people(session, luck, list(employers), size.decided + size.waiting)
    for place in range(size.decided + size.waiting):
        contributor_id, employer_id = next(people)
        is_waiting = place >= size.decided
        span = _WAITING_DAYS if is_waiting else _PAST_DAYS
        age = luck.uniform(0, span) if is_waiting else luck.uniform(6, span)
        outcome = None if is_waiting else luck.choices(
            (Action.APPROVE, Action.RETURN, Action.REJECT), (92, 6, 2)
        )[0]  # fmt: skip
        case_id = cases.add(
            BusinessKind.CONTRIBUTOR_INFO_CHANGE, employer_id, employers[employer_id],
            clerk_id=clerks[employer_id], submitted=moment(age), outcome=outcome,
            days=min(luck.lognormvariate(0, 0.8), 5.5), contributor_id=contributor_id,
        )  # fmt: skip
        cases.change(case_id, "education", Education.OTHER.value, luck.choice(_DEGREES).value)
    cases.write()


def _people(
    session: Session, luck: random.Random, employer_ids: list[int], count: int
) -> Iterator[tuple[int, int]]:
    """Yield some people in status 正常, each once, with their employer."""
    found = session.execute(
        select(Contributor.id, Contributor.employer_id)
        .where(Contributor.employer_id >= min(employer_ids), Contributor.sealed_month.is_(None))
        .order_by(Contributor.id)
    ).all()
    return iter([(row.id, row.employer_id) for row in luck.sample(found, count)])


def moment(days_ago: float) -> datetime:
    """Return a moment in office hours so many days before today."""
    day = TODAY - timedelta(days=int(days_ago))
    seconds = int((days_ago % 1) * 8 * 3600)
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(seconds=seconds)
