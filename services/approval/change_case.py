"""The case around a change list: where it stands, entering and taking back, submission.

Shared by 单位信息变更 and 缴存人信息变更. What is entered is kept at once, in the open case: a clerk who
leaves finds it again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy.orm import Session

from data.enums import AuditAction, CaseStatus
from data.models.case import Case
from data.models.register import Contributor
from services import audit
from services.actor import Actor
from services.approval import casework, change_list, engine, papers, refusals, requirements
from services.approval.change_list import Change, Item, Items, Record, UnknownItem
from services.approval.kind import ApprovalKind
from services.approval.papers import Paper
from services.approval.requirements import Material
from services.errors import BusinessError, Stale
from services.rules import clock
from services.rules.months import Month

#: The columns of the list that are the same thing before and after.
PAIRS = (("变更前", "变更后"),)
Asked = Callable[[Sequence[Change]], Sequence[Material]]


class InReview(BusinessError):
    message = "存在未审批完成的{business}业务"


@dataclass(frozen=True, slots=True)
class Business:
    """What one business adds: its kind, its items, the documents that a list asks for."""

    kind: ApprovalKind
    items: Items
    asked: Asked


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a change stands: all that its page needs. Values are as stored."""

    fixed: list[tuple[str, str]]
    """The greyed items: label and value."""
    items: list[Item]
    values: dict[str, str]
    faults: dict[str, str]
    """What the list as a whole may not be, by item."""
    changes: list[Change]
    objection: str | None
    """Why nothing may be entered or submitted now."""
    case_id: int | None
    serial: str | None
    status: CaseStatus | None
    version: int
    materials: Sequence[Material]
    papers: list[Paper]


def standing(
    session: Session,
    business: Business,
    actor: Actor,
    record: Record,
    *,
    fixed: list[tuple[str, str]],
    faults: Callable[[Mapping[str, str]], dict[str, str]] = lambda _: {},
) -> Standing:
    """Return where the change of this employer or person stands."""
    case = _live(session, business, actor, record)
    changes = change_list.lines(session, case, business.items)
    values = change_list.values(record, changes, business.items)
    waits = case is not None and case.status is CaseStatus.PENDING
    return Standing(
        fixed=fixed,
        items=list(business.items.values()),
        values=values,
        faults=faults(values),
        changes=changes,
        objection=str(_in_review(business)) if waits else None,
        case_id=case.id if case else None,
        serial=case.serial if case else None,
        status=case.status if case else None,
        version=case.version if case else 0,
        materials=requirements.materials_today(
            session, business.kind.code, business.asked(changes)
        ),
        papers=papers.listed(session, business.kind, case) if case else [],
    )


def enter(
    session: Session, business: Business, actor: Actor, record: Record, *, name: str, text: str
) -> None:
    """Put what was entered for an item on the list, or take it off where nothing has changed.

    Raises BadValue, UnknownItem, InReview; then the list is as it was.
    """
    item = business.items.get(name)
    if item is None:
        raise UnknownItem
    value = change_list.read(item, text)
    if value != change_list.stored(record, item) or _live(session, business, actor, record):
        case = open_case(session, business, actor, record)
        change_list.put(session, case, record, item, value)
        audit.record(session, actor, AuditAction.ENTERED, casework.about(case), item=name)
        _keep_no_empty_draft(session, business, case)


def take_back(
    session: Session, business: Business, actor: Actor, record: Record, name: str
) -> None:
    """Take a change off the list (✕). Raises InReview."""
    if _live(session, business, actor, record):
        case = open_case(session, business, actor, record)
        change_list.remove(session, case, name)
        audit.record(session, actor, AuditAction.ROWS_DELETED, casework.about(case), item=name)
        _keep_no_empty_draft(session, business, case)


def submit(
    session: Session,
    business: Business,
    actor: Actor,
    record: Record,
    *,
    seen: Mapping[str, str],
    version: int,
    client_id: str,
) -> None:
    """Send the list and its documents to the center.

    `seen` is the list as the clerk's page showed it. Raises NoChanges, ListMoved, MissingDocument,
    InReview, Stale, and whatever the kind's check raises.
    """
    case = _live(session, business, actor, record)
    if case is None:
        raise change_list.NoChanges if not seen else Stale
    if casework.was_submitted(session, case, client_id):
        return
    case = open_case(session, business, actor, record)
    changes = change_list.lines(session, case, business.items)
    change_list.require_seen(changes, seen)
    change_list.require_sound(changes, record)
    asked = replace(business.kind, materials=tuple(business.asked(changes)))
    papers.require_all(session, asked, case)
    engine.submit(session, business.kind, case, actor, version=version, client_id=client_id)


def table(changes: Sequence[Change], notes: Sequence[str]) -> pd.DataFrame:
    """Return the list as an officer sees it; the column 核对提示 only where there is a note."""
    frame = pd.DataFrame(
        {
            "变更项目": [change.item.label for change in changes],
            "变更前": [change.before for change in changes],
            "变更后": [change.after for change in changes],
        }
    )
    if any(notes):
        frame["核对提示"] = list(notes)
    return frame


def open_case(session: Session, business: Business, actor: Actor, record: Record) -> Case:
    """Return the open case, begun now if need be, and locked. Raises InReview."""
    month, person = Month.containing(clock.today()).number, _person(record)
    try:
        return casework.editable(session, business.kind.code, actor, month, person)
    except refusals.AlreadyPending:
        raise _in_review(business) from None


def _keep_no_empty_draft(session: Session, business: Business, case: Case) -> None:
    """Discard a draft without changes and documents: the home would call it 未提交 for ever."""
    if not change_list.lines(session, case, business.items) and not papers.has_any(session, case):
        casework.discard(session, case)


def _live(session: Session, business: Business, actor: Actor, record: Record) -> Case | None:
    return casework.live(session, business.kind.code, actor.employer, _person(record))


def _person(record: Record) -> int | None:
    return record.id if isinstance(record, Contributor) else None


def _in_review(business: Business) -> InReview:
    return InReview(business=business.kind.code.label)
