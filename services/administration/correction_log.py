"""The auditor's reading of corrections (资金更正查阅): of every branch, with what both persons signed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from data.database import snapshot
from data.enums import Branch, CorrectionKind, Role
from data.models.ledger import MoneyCorrection
from data.models.people import User
from data.models.register import Employer
from data.policy_codes import ProposalStatus
from services import audit
from services.actor import Actor
from services.administration.audit_asked import A_PAGE, employers, paged, people
from services.approval import evidence
from services.rules import clock

_proposer, _decider = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction as listed. Yuan; times are China's."""

    kind: CorrectionKind
    branch: Branch
    employer: str
    """Number and name."""
    amount: Decimal
    proposer: str
    proposed_at: datetime
    decider: str
    status: ProposalStatus
    evidence: list[tuple[str, int]]
    """What was signed of it: which act, and the evidence's id."""


@dataclass(frozen=True, slots=True)
class CorrectedPage:
    rows: list[Corrected]
    count: int
    pages: int


@audit.refusals
def corrections(actor: Actor, *, who: str = "", employer: str = "", page: int = 1) -> CorrectedPage:
    """Return a page of all corrections, the latest first. Raises NotAllowed.

    `who` is part of the name of whoever proposed or decided, `employer` an employer's number; empty
    words are no limit.
    """
    actor.require(Role.AUDITOR)
    row, wanted = MoneyCorrection, list[ColumnElement[bool]]()
    with snapshot() as session:
        if who.strip():
            named = people(session, who)
            wanted.append(or_(row.proposed_by.in_(named), row.decided_by.in_(named)))
        if employer.strip():
            wanted.append(row.employer_id.in_(employers(session, employer)))
        count, pages, offset = paged(session, row, wanted, page)
        found = session.execute(
            select(row, Employer, _proposer.name, _decider.name)
            .join(Employer, Employer.id == row.employer_id)
            .join(_proposer, _proposer.id == row.proposed_by)
            .outerjoin(_decider, _decider.id == row.decided_by)
            .where(*wanted)
            .order_by(row.id.desc())
            .limit(A_PAGE)
            .offset(offset)
        )
        return CorrectedPage([_listed(*one) for one in found], count, pages)


def _listed(row: MoneyCorrection, of: Employer, proposer: str, decider: str | None) -> Corrected:
    return Corrected(
        row.kind, of.branch, f"{of.number} {of.name}", row.amount, proposer,
        clock.in_china(row.proposed_at), decider or "—", row.status,
        evidence.by_two(row.proposal_evidence_id, row.decision_evidence_id),
    )  # fmt: skip
