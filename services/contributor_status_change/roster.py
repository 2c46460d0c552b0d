"""The roster (待封存清册, 待启封清册): what it holds, entering one person, taking rows off."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

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
from services.contributor_status_change.entry import HEADINGS, Entry
from services.contributor_status_change.facts import UNSEALING, Terms
from services.errors import BusinessError, NotFound
from services.rules.limits import yuan
from services.rules.months import Month

MOST_ROWS = 5_000
ON_THE_ROSTER = "该职工已在清册中"


class WrongEntry(BusinessError):
    """One entry is refused; `faults` says why at each field."""

    message = "{what}"

    def __init__(self, faults: list[entries.Objection]) -> None:
        self.faults = dict(reversed(faults))
        super().__init__(what="；".join(reason for _, reason in faults))


class Line(NamedTuple):
    """A line with the person it is about."""

    entry: StatusChangeLine
    person: Contributor


@dataclass(frozen=True, slots=True)
class Effect:
    """What a roster would do to the month's amount. Money is yuan a month, never negative."""

    people: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose account may be changed so. Money is yuan a month."""

    account: str
    name: str
    id_number: str
    base: Decimal
    amount: Decimal
    base_objection: str | None
    """Why an unsealing can't keep the old base, or None."""
    sealed_month: Month | None


@audit.refusals
def candidates(actor: Actor, kind: BusinessKind) -> list[Candidate]:
    """Return the people in the fitting status who are not on the roster yet, by account."""
    with snapshot() as session:
        terms = facts.terms(session, kind, actor.employer)
        case = casework.live(session, kind, actor.employer)
        there = {line.person.id for line in lines(session, case)} if case else set()
        found = facts.people(session, actor.employer).values()
        return [
            _candidate(person, terms)
            for person in found
            if person.status is facts.BEFORE[kind] and person.id not in there
        ]


def _candidate(person: Contributor, terms: Terms) -> Candidate:
    base = int(person.base.scaleb(2))
    amount = person.employer_amount + person.contributor_amount
    is_unsealed = terms.kind is UNSEALING
    return Candidate(
        person.account,
        person.name,
        person.id_number,
        person.base,
        yuan(sum(terms.parts(base))) if is_unsealed else amount,
        terms.base_objection(base) if is_unsealed else None,
        Month.of(person.sealed_month) if person.sealed_month else None,
    )


@audit.refusals
def amounts(actor: Actor, kind: BusinessKind, base: Decimal) -> tuple[Decimal, Decimal]:
    """Return the employer's and the contributor's part of the monthly amount on `base` yuan."""
    with snapshot() as session:
        own, withheld = facts.terms(session, kind, actor.employer).parts(int(base.scaleb(2)))
    return yuan(own), yuan(withheld)


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


def frame(found: Sequence[Line], terms: Terms) -> pd.DataFrame:
    """Return lines as `roster` describes."""
    labels = {member.value: member.label for member in facts.REASONS[terms.kind]}
    return pd.DataFrame(
        {
            "row": list(map(str, range(1, len(found) + 1))),
            "account": [person.account for _, person in found],
            "name": [person.name for _, person in found],
            "id_number": [person.id_number for _, person in found],
            "status": [person.status.label for _, person in found],
            "reason": [
                labels.get(line.reason, line.reason) + (f"（{line.note}）" if line.note else "")
                for line, _ in found
            ],
            "month": [str(Month.of(line.effective_month)) for line, _ in found],
            "left_on": [str(line.left_on or "") for line, _ in found],
            "base": [base_of(line) for line in found],
            "amount": [amount_of(line, terms) for line in found],
            "note": [entries.warning(terms.kind, line.left_on) for line, _ in found],
        }
    )


def base_of(line: Line) -> Decimal:
    """Return the base that counts: the old one unless the line has its own."""
    return entries.base_after(line.entry.base, line.person)


def amount_of(line: Line, terms: Terms) -> Decimal:
    """Return the monthly amount that goes (sealing) or comes (unsealing), in yuan."""
    if terms.kind is UNSEALING:
        return yuan(sum(terms.parts(int(base_of(line).scaleb(2)))))
    return line.person.employer_amount + line.person.contributor_amount


def effect(found: Collection[Line], terms: Terms) -> Effect:
    """Sum up what these lines would do."""
    return Effect(len(found), sum((amount_of(line, terms) for line in found), Decimal(0)))


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
            raise WrongEntry([("month", f"{HEADINGS['month']}不能为空")])
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


def as_entry(line: Line) -> Entry:
    """Return what a line says, to be judged again."""
    return Entry(
        account=line.person.account, reason=line.entry.reason, note=line.entry.note,
        month=Month.of(line.entry.effective_month), left_on=line.entry.left_on,
        base=line.entry.base,
    )  # fmt: skip
