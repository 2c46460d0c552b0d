"""The roster (待封存清册, 待启封清册): what it holds, entering one person, taking rows off."""

from collections.abc import Collection, Iterable
from decimal import Decimal

import pandas as pd
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import AuditAction, BusinessKind, Role
from data.models.case import Case
from data.models.register import Contributor
from data.models.status_change import StatusChangeLine
from services import audit
from services.actor import Actor
from services.approval import belonging, casework
from services.contributor_status_change import entry as entries
from services.contributor_status_change import facts
from services.contributor_status_change.entry import Entry
from services.contributor_status_change.facts import UNSEALING, Terms
from services.contributor_status_change.line import Line, frame
from services.errors import BusinessError, NotFound

MOST_ROWS = 5_000
ON_THE_ROSTER = "该职工已在清册中"


class WrongEntry(BusinessError):
    """One entry is refused; `faults` says why at each field."""

    message = "{what}"

    def __init__(self, faults: list[entries.Objection]) -> None:
        self.faults = dict(reversed(faults))
        super().__init__(what="；".join(reason for _, reason in faults))


@audit.refusals
def roster(actor: Actor, kind: BusinessKind) -> pd.DataFrame:
    """Return the open roster of the clerk's employer, empty where there is none.

    Columns, a row a line:

    row (place, from 1), account, name, id_number (whole), status (label), reason (label and note),
    month (YYYY-MM), left_on, base, amount (yuan a month after an unsealing, else the present one),
    note (why to look twice).
    """
    with snapshot() as session:
        case = casework.live(session, kind, actor.employer)
        terms = facts.terms(session, kind, actor.employer)
        return frame(lines(session, case) if case else [], terms)


@audit.refusals
def add(actor: Actor, kind: BusinessKind, entry: Entry) -> str:
    """Put one person on the roster (录入清册); return why to look twice, or "".

    Raises WrongEntry with everything wrong, EmployerNotOpen, NotFound for another's account.
    """
    with transaction() as session:
        case, terms = opened(session, kind, actor)
        person = facts.people(session, actor.employer, accounts=[entry.account]).get(entry.account)
        if person is None:
            raise NotFound(what="该个人账号")
        others = facts.on_other_rosters(session, kind, actor.employer)
        since = facts.last_changes(session, actor.employer).get(person.id)
        found = entries.objections(entry, person, terms, others.get(person.id), since)
        there = lines(session, case)
        if person.id in {line.person.id for line in there}:
            found.append(("account", ON_THE_ROSTER))
        elif len(there) >= MOST_ROWS:
            found.append(("account", f"清册最多{MOST_ROWS}人，请先办理后再录入"))
        if found:
            raise WrongEntry(found)
        put(session, case, [(entry, person)])
        audit.record(session, actor, AuditAction.ENTERED, casework.about(case), rows=1)
    return entries.warning(kind, entry.left_on)


@audit.refusals
def delete_rows(actor: Actor, kind: BusinessKind, accounts: Iterable[str]) -> int:
    """Take the lines of these accounts off the open roster; return how many went.

    Raises UnknownKind: another business's draft has no such lines, and would be taken for empty.
    NotFound for another's account.
    """
    actor.require(Role.CLERK)
    facts.require_kind(kind)
    with transaction() as session:
        wanted = set(accounts)
        if case := casework.live(session, kind, actor.employer):
            case = casework.own(session, case.id, actor)
        there = lines(session, case) if case else []
        strangers = wanted - {line.person.account for line in there}
        belonging.require_own_people(session, actor, strangers)
        if case is None:
            return 0
        doomed = [line.person.id for line in there if line.person.account in wanted]
        take_off(session, case, doomed)
        audit.record(
            session, actor, AuditAction.ROWS_DELETED, casework.about(case), rows=len(doomed)
        )
        if len(doomed) == len(there):
            session.delete(case)  # an empty roster must not stand in the way of an assessment
        return len(doomed)


def take_off(session: Session, case: Case, contributor_ids: Collection[int]) -> None:
    """Delete the lines of these people."""
    session.execute(
        delete(StatusChangeLine).where(
            StatusChangeLine.case_id == case.id,
            StatusChangeLine.employer_id == case.employer_id,
            StatusChangeLine.contributor_id.in_(contributor_ids),
        )
    )


def opened(session: Session, kind: BusinessKind, actor: Actor) -> tuple[Case, Terms]:
    """Return the open roster's case, begun now if need be, and the terms. Raises EmployerNotOpen."""
    terms = facts.terms(session, kind, actor.employer)
    if terms.objection:
        raise terms.objection
    return casework.editable(session, kind, actor, terms.span.first.number), terms


def lines(session: Session, case: Case) -> list[Line]:
    """Return the lines of a case in the roster's order."""
    rows = session.execute(
        select(StatusChangeLine, Contributor)
        .join(Contributor, Contributor.id == StatusChangeLine.contributor_id)
        .where(
            StatusChangeLine.case_id == case.id, StatusChangeLine.employer_id == case.employer_id
        )
        .order_by(StatusChangeLine.row, StatusChangeLine.contributor_id)
    )
    return [Line(*row) for row in rows]


def put(session: Session, case: Case, entered: Iterable[tuple[Entry, Contributor]]) -> None:
    """Write entries that nothing is said against after the lines there."""
    table = StatusChangeLine
    own = {"case_id": case.id, "employer_id": case.employer_id}
    last = session.scalar(select(func.max(table.row)).filter_by(**own)) or 0
    for row, (entry, person) in enumerate(entered, start=last + 1):
        if entry.month is None:
            raise WrongEntry([("month", "生效年月不能为空")])
        session.add(
            StatusChangeLine(
                **own, contributor_id=person.id, row=row, reason=entry.reason,
                note=entry.note, effective_month=entry.month.number, left_on=entry.left_on,
                base=_kept(entry, person) if case.kind is UNSEALING else None,
            )
        )  # fmt: skip
    session.flush()


def _kept(entry: Entry, person: Contributor) -> Decimal:
    return entries.base_after(entry.base, person)
