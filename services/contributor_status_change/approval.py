"""Sealing and unsealing the chosen (确定封存, 确定启封, manual B9.4): all of them, or none."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import insert, inspect, select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import BusinessKind, Role
from data.models.case import Case, Step
from data.models.status_change import StatusChangeLine
from services import audit
from services.actor import Actor
from services.approval import belonging, casework, conflicts, engine
from services.contributor_status_change import facts, roster
from services.contributor_status_change import line as status_lines
from services.contributor_status_change.facts import Terms
from services.contributor_status_change.kind import KIND_OF, NothingChosen
from services.contributor_status_change.line import Effect, Line
from services.errors import BusinessError


class RosterMoved(BusinessError):
    message = "清册已由其他经办人变动，请核对后重新办理"


@dataclass(frozen=True, slots=True)
class Situation:
    """Where one of the two kinds stands at the employer: all that its tab needs."""

    terms: Terms
    objection: str | None
    """Why nobody may be entered now."""
    effect: Effect


@audit.refusals
def situation(actor: Actor, kind: BusinessKind) -> Situation:
    """Return where the clerk's employer stands today. Raises UnknownKind."""
    with snapshot() as session:
        terms = facts.terms(session, kind, actor.employer)
        case = casework.live(session, kind, actor.employer)
        return Situation(
            terms,
            str(terms.objection) if terms.objection else None,
            status_lines.effect(roster.lines(session, case) if case else [], terms),
        )


@audit.refusals
def confirm(actor: Actor, kind: BusinessKind, accounts: Collection[str], *, client_id: str) -> int:
    """Seal or unseal these people of the roster; return the case that did.

    Where one may not be, nobody is. Lines not chosen stay on the roster. Raises NothingChosen,
    RosterMoved, RowsRefused, EmployerNotOpen, UnknownKind, NotAllowed, NotFound for another's account.
    """
    actor.require(Role.CLERK)
    facts.require_kind(kind)
    wanted = set(accounts)
    with transaction() as session:
        conflicts.lock_employer(session, actor.employer)
        if done := _confirmed(session, actor, client_id):
            return done
        if not wanted:
            raise NothingChosen
        case = casework.live(session, kind, actor.employer)
        found = roster.lines(session, case) if case else []
        strangers = wanted - {line.person.account for line in found}
        belonging.require_own_people(session, actor, strangers)
        if case is None or strangers:
            raise RosterMoved
        rest = _set_aside(session, case, [x for x in found if x.person.account not in wanted])
        engine.submit(
            session, KIND_OF[kind], case, actor, version=case.version, client_id=client_id
        )
        if rest:
            case_id = roster.opened(session, kind, actor)[0].id
            session.execute(insert(StatusChangeLine), [{**row, "case_id": case_id} for row in rest])
        return case.id


def _confirmed(session: Session, actor: Actor, client_id: str) -> int | None:
    """Return the case that this very click has finished already."""
    return session.scalar(
        select(Case.id)
        .join(Step, Step.case_id == Case.id)
        .where(Step.client_id == client_id, Case.employer_id == actor.employer)
    )


def _set_aside(session: Session, case: Case, rest: list[Line]) -> list[dict[str, object]]:
    """Take lines off their case and return them: one live case of a kind is the database's rule."""
    names = [column.key for column in inspect(StatusChangeLine).column_attrs]
    kept = [{name: getattr(line.entry, name) for name in names} for line in rest]
    ids = [line.person.id for line in rest]
    for line in rest:
        session.expunge(line.entry)
    roster.take_off(session, case, ids)
    return kept
