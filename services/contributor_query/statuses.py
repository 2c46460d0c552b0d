"""The accounts' changes of status (缴存人账户状态变更查询, manual B6.3)."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import Action, ChangeKind
from data.models.case import Case, Step
from data.models.register import Contributor, ContributorChange
from data.models.status_change import StatusChangeLine
from services import audit
from services.actor import Actor
from services.contributor_query.listing import (
    NUMBER,
    PERSON,
    REASONS,
    STATUSES,
    addressed,
    month,
)
from services.exports import Conditions, Listing
from services.files.columns import Column, SheetRow
from services.rules import clock

TITLE = "缴存人账户状态变更记录"
#: The changes that move an account from one status to another.
KINDS = (
    ChangeKind.OPENED, ChangeKind.UNSEALED, ChangeKind.SEALED, ChangeKind.MOVED_IN,
    ChangeKind.MOVED_OUT,
)  # fmt: skip
COLUMNS = (
    NUMBER, *PERSON, Column("变更类型", width=10), Column("变更原因", width=22),
    Column("变更前状态", width=11), Column("变更后状态", width=11), Column("生效年月", width=10),
    Column("办理时间", width=17), Column("经办人", width=10), Column("流水号", width=17),
)  # fmt: skip


class _Found(NamedTuple):
    change: ContributorChange
    person: Contributor
    case: Case
    line: StatusChangeLine | None


@audit.refusals
def statuses(actor: Actor, conditions: Conditions) -> Listing:
    """Return the changes of status within the days. Raises Reversed, NotAllowed.

    The conditions' codes are those of `KINDS`.
    """
    conditions.check()
    kinds = "、".join(kind.label for kind in KINDS if kind.value in conditions.codes)
    with snapshot() as session:
        found = _found(session, actor.employer, conditions)
        clerks = _clerks(session, {row.case.id for row in found})
        listing = Listing(
            title=TITLE,
            columns=COLUMNS,
            rows=[
                _row(number, row, clerks.get(row.case.id, ""))
                for number, row in enumerate(found, start=1)
            ],
            conditions=f"变更日期{conditions.period}，变更类型{kinds or '不限'}",
            sentence=f"{len({row.person.id for row in found})}人，{len(found)}次变更",
        )
        return addressed(session, actor, conditions, listing)


def _found(session: Session, employer_id: int, conditions: Conditions) -> list[_Found]:
    change, line = ContributorChange, StatusChangeLine
    rows = session.execute(
        select(change, Contributor, Case, line)
        .join(Contributor, Contributor.id == change.contributor_id)
        .join(Case, Case.id == change.case_id)
        .outerjoin(
            line,
            (line.case_id == change.case_id)
            & (line.contributor_id == change.contributor_id)
            & (line.employer_id == change.employer_id),
        )
        .where(change.employer_id == employer_id, *_of(conditions))
        .order_by(change.changed_on, change.id)
    )
    return [_Found(*row) for row in rows]


def _of(conditions: Conditions) -> Iterable[ColumnElement[bool]]:
    codes = conditions.codes or KINDS
    yield ContributorChange.kind.in_([kind for kind in KINDS if kind.value in codes])
    if conditions.first:
        yield ContributorChange.changed_on >= conditions.first
    if conditions.last:
        yield ContributorChange.changed_on <= conditions.last
    if conditions.account:
        yield Contributor.account == conditions.account


def _row(number: int, found: _Found, clerk: str) -> SheetRow:
    change, person, case, line = found
    reason = REASONS.get(line.reason, line.reason) if line else ""
    note = f"（{line.note}）" if line and line.note else ""
    done = case.ended_at or case.submitted_at
    is_own = case.employer_id == change.employer_id  # by whom somebody was taken in is not told
    return (
        number, person.account, person.name, change.kind.label, reason + note,
        STATUSES.get(change.old, change.old), STATUSES.get(change.new, change.new),
        month(change.effective_month),
        f"{clock.in_china(done):%Y-%m-%d %H:%M}" if done else str(change.changed_on),
        clerk if is_own else "", (case.serial or "") if is_own else "",
    )  # fmt: skip


def _clerks(session: Session, cases: set[int]) -> dict[int, str]:
    """Return who submitted each case, last."""
    found = session.execute(
        select(Step.case_id, Step.user_name)
        .where(Step.case_id.in_(cases), Step.action == Action.SUBMIT)
        .order_by(Step.id)
    )
    return dict(found.all())
