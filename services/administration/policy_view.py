"""Policy as people read it (政策参数): in force, coming, proposed, and every row there ever was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import ADMINISTRATORS, Role
from data.models.policy import PolicyRow
from data.models.proposal import Proposal
from data.models.register import Employer
from data.policy_codes import PolicyKey, ProposalStatus, ProposalTopic
from services import audit, policy
from services.actor import Actor
from services.administration import business_terms, proposal_statement, proposals
from services.administration.business_terms import Terms
from services.administration.proposal_statement import Line
from services.administration.proposals import Trace
from services.approval.requirements import Entry
from services.errors import BusinessError, NotFound
from services.rules import clock, policy_values
from services.rules.policy_values import FIELDS, FOR_ONE, Field

#: Who may look at policy: the administrators, those who check them, those who lead.
READERS = (*ADMINISTRATORS, Role.AUDITOR, Role.MANAGER, Role.DIRECTOR)
MOST_SHOWN = 200


class NotForOne(BusinessError):
    message = "“{topic}”只能对全中心设置"


@dataclass(frozen=True, slots=True)
class Standing:
    """One topic as it stands: its values now, since when, on whose word, and what is coming."""

    topic: ProposalTopic
    values: list[tuple[str, str]]
    since: date | None
    source: str
    author: str
    coming: list[str]
    """Values that are confirmed and not yet in force, in words."""
    waiting: int | None
    """The proposal that waits for a second person, if any."""


@dataclass(frozen=True, slots=True)
class Change:
    """A proposal as its reader sees it."""

    trace: Trace
    scope: str
    """全中心, a business, or one employer's number and name."""
    lines: list[Line]


@audit.refusals
def overview(actor: Actor) -> list[Standing]:
    """Return every topic of plain values as it stands today."""
    actor.require(*READERS)
    with snapshot() as session:
        rows = session.scalars(
            select(PolicyRow)
            .where(PolicyRow.employer_id.is_(None), PolicyRow.business.is_(None))
            .order_by(PolicyRow.effective_from, PolicyRow.id)
        ).all()
        waiting = dict(
            session.execute(
                select(Proposal.subject, Proposal.id).filter_by(status=ProposalStatus.PENDING)
            ).all()
        )
        return [_standing(topic, rows, waiting.get(topic.value)) for topic in FIELDS]


@audit.refusals
def terms(actor: Actor, day: date | None = None) -> list[Terms]:
    """Return every business's levels and documents as they hold on `day`, else today."""
    actor.require(*READERS)
    with snapshot() as session:
        return business_terms.on(session, day or clock.today())


def described(entry: Entry) -> str:
    """Return a document as people read it, with whether it is required."""
    return business_terms.described(entry)


def own_code(entries: Sequence[Entry]) -> str:
    """Return a code for one more document of the center's own."""
    return business_terms.own_code(entries)


@audit.refusals
def current(
    actor: Actor, topic: ProposalTopic, employer_number: str = "", day: date | None = None
) -> dict[PolicyKey, str]:
    """Return the values that hold on `day`, else today, as stored, for the form to begin with.

    What is confirmed for a day before it is among them: who leaves a field as it is takes nothing back.
    Raises NotFound.
    """
    actor.require(*READERS)
    with snapshot() as session:
        employer_id = employer_of(session, employer_number)
        fields = fields_of(topic, employer_id)
        return in_force(session, fields, day or clock.today(), employer_id)


@audit.refusals
def changes(actor: Actor, *, waiting: bool) -> list[Change]:
    """Return the proposals that wait, or those decided, the latest first."""
    actor.require(*READERS)
    is_waiting = Proposal.status == ProposalStatus.PENDING
    with snapshot() as session:
        rows = session.scalars(
            select(Proposal)
            .where(Proposal.topic != ProposalTopic.USER, is_waiting if waiting else ~is_waiting)
            .order_by(Proposal.id.desc())
            .limit(MOST_SHOWN)
        )
        return [_change(session, row, actor) for row in rows]


@audit.refusals
def change(actor: Actor, proposal_id: int) -> Change:
    """Return one proposal. Raises NotFound."""
    actor.require(*READERS)
    with snapshot() as session:
        row = session.get(Proposal, proposal_id)
        if row is None or row.topic is ProposalTopic.USER:
            raise NotFound(what="该变更")
        return _change(session, row, actor)


@audit.refusals
def history(actor: Actor, topic: ProposalTopic) -> list[tuple[date, str, str, str, str]]:
    """Return a topic's rows, the latest first: from when, what, value, source, author."""
    actor.require(*READERS)
    keys = [field.key for field in FIELDS[topic]]
    with snapshot() as session:
        rows = session.execute(
            select(PolicyRow, Employer.number)
            .outerjoin(Employer, Employer.id == PolicyRow.employer_id)
            .where(PolicyRow.key.in_(keys))
            .order_by(PolicyRow.effective_from.desc(), PolicyRow.id.desc())
            .limit(MOST_SHOWN)
        )
        return [
            (row.effective_from, row.key.label + (f"（{number}）" if number else ""),
             policy_values.shown(row.key, row.value), row.source, row.author)
            for row, number in rows
        ]  # fmt: skip


def fields_of(topic: ProposalTopic, employer_id: int | None) -> list[Field]:
    fields = [
        field for field in FIELDS.get(topic, ()) if employer_id is None or field.key in FOR_ONE
    ]
    if not fields:
        raise NotForOne(topic=topic.label)
    return fields


def employer_of(session: Session, number: str) -> int | None:
    if not number.strip():
        return None
    found = session.scalar(select(Employer.id).filter_by(number=number.strip()))
    if found is None:
        raise NotFound(what=f"单位账号为“{number.strip()}”的单位")
    return found


def in_force(
    session: Session, fields: list[Field], day: date, employer_id: int | None
) -> dict[PolicyKey, str]:
    """Return what holds on `day`: for all, or what one employer has of its own ("" for nothing)."""
    rows = session.execute(
        select(PolicyRow.key, PolicyRow.value)
        .where(
            PolicyRow.effective_from <= day,
            PolicyRow.business.is_(None),
            PolicyRow.employer_id.is_(None)
            if employer_id is None
            else PolicyRow.employer_id == employer_id,
        )
        .order_by(PolicyRow.effective_from, PolicyRow.id)
    ).all()
    if employer_id:
        found = dict(row for row in rows if not policy.has_passed(*row, day))
    else:
        found = policy.latest(((key, value, value) for key, value in rows), day)
    return {field.key: found.get(field.key, "") for field in fields}


def _standing(topic: ProposalTopic, rows: Sequence[PolicyRow], waiting: int | None) -> Standing:
    keys, today = [field.key for field in FIELDS[topic]], clock.today()
    mine = [row for row in rows if row.key in keys]
    begun = ((row.key, row.value, row) for row in mine if row.effective_from <= today)
    now = policy.latest(begun, today)
    last = max(now.values(), key=lambda row: (row.effective_from, row.id), default=None)
    return Standing(
        topic,
        [(key.label, policy_values.shown(key, now[key].value) if key in now else "未设置")
         for key in keys],
        last.effective_from if last else None,
        last.source if last else "",
        last.author if last else "",
        [f"{row.effective_from}起：{row.key.label} {policy_values.shown(row.key, row.value)}"
         for row in mine if row.effective_from > today],
        waiting,
    )  # fmt: skip


def _change(session: Session, row: Proposal, actor: Actor) -> Change:
    return Change(
        proposals.trace(row, actor),
        proposal_statement.scope(session, row),
        proposal_statement.lines(row),
    )
