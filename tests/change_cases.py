"""Approved cases as the hall leaves them, written straight into the database for the queries' tests."""

from datetime import datetime

from data.database import transaction
from data.enums import (
    Action,
    BusinessKind,
    CaseStatus,
    ChangeKind,
    Channel,
)
from data.models.case import Case, CaseChange, Step
from data.models.register import ContributorChange
from data.models.status_change import StatusChangeLine
from services.actor import Actor
from services.rules import clock

_serials = iter(range(1, 10_000))


def case(
    kind: BusinessKind,
    clerk: Actor,
    officer: Actor | None,
    when: str,
    changes: dict[str, tuple[str, str]],
    *,
    contributor_id: int | None = None,
    status: CaseStatus = CaseStatus.APPROVED,
) -> int:
    """Write a case that ended on `when` (`2026-07-06 10:00`, China's time); return its id."""
    moment = datetime.fromisoformat(when).replace(tzinfo=clock.CHINA)
    with transaction() as session:
        row = Case(
            serial=f"2607{next(_serials):011d}", employer_id=clerk.employer, kind=kind,
            status=status, effective_month=202607, contributor_id=contributor_id,
            started_by=clerk.user_id, started_at=moment, submitted_by=clerk.user_id,
            submitted_at=moment, ended_at=moment if status is CaseStatus.APPROVED else None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        steps = [(clerk, Action.SUBMIT, 0)] + ([(officer, Action.APPROVE, 1)] if officer else [])
        for version, (who, action, level) in enumerate(steps, start=1):
            session.add(
                Step(
                    case_id=row.id, version=version, action=action, status=status, level=level,
                    user_id=who.user_id, user_name=who.name, role=who.role.label,
                    channel=Channel.HALL, arrived_at=moment, taken_at=moment,
                )
            )  # fmt: skip
        for item, (old, new) in changes.items():
            session.add(CaseChange(case_id=row.id, item=item, old=old, new=new))
        return row.id


def status_change(
    clerk: Actor, contributor_id: int, kind: ChangeKind, when: str, *, reason: str = ""
) -> None:
    """Write a change of one account's status, done at once on `when`."""
    business = BusinessKind.SEALING if kind is ChangeKind.SEALED else BusinessKind.UNSEALING
    case_id = case(business, clerk, None, when, {})
    old, new = ("01", "02") if kind is ChangeKind.SEALED else ("02", "01")
    with transaction() as session:
        session.add(
            ContributorChange(
                contributor_id=contributor_id, employer_id=clerk.employer, case_id=case_id,
                kind=kind, old=old, new=new, effective_month=202607,
                changed_on=datetime.fromisoformat(when).date(),
            )
        )  # fmt: skip
        if reason:
            session.add(
                StatusChangeLine(
                    case_id=case_id, employer_id=clerk.employer, contributor_id=contributor_id,
                    row=1, reason=reason, note="", effective_month=202607,
                )
            )  # fmt: skip
