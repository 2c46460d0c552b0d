"""Who may be put on a roster (可办理人员): people in the fitting status, with what the form shows of them."""

from dataclasses import dataclass
from decimal import Decimal

from data.database import snapshot
from data.enums import BusinessKind
from data.models.register import Contributor
from services import audit
from services.actor import Actor
from services.approval import casework
from services.contributor_status_change import facts, roster
from services.contributor_status_change.facts import UNSEALING, Terms
from services.rules.limits import yuan
from services.rules.months import Month


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
        there = {line.person.id for line in roster.lines(session, case)} if case else set()
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
