"""The branch's corrections (资金更正): those that wait for a second person, and the last decided."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from data.database import snapshot
from data.enums import OFFICERS, CorrectionKind
from data.models.ledger import Arrival, MoneyCorrection
from data.models.people import User
from data.models.register import Employer
from data.policy_codes import ProposalStatus
from services import audit
from services.actor import Actor
from services.approval import evidence
from services.errors import BusinessError
from services.remittance import correction_statement
from services.rules import clock

MOST_DECIDED = 20
_proposer, _decider = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as listed. Yuan; times are China's."""

    id: int
    kind: CorrectionKind
    employer_number: str
    employer_name: str
    amount: Decimal
    subject: str
    """The bank reference of the arrival, or to whom the refund goes."""
    reason: str
    status: ProposalStatus
    proposer: str
    proposed_at: datetime
    decider: str
    opinion: str
    is_own: bool
    effect: str
    """What confirming it would do as things stand now; empty once it is decided."""
    evidence: list[tuple[str, int]]
    """What was signed of it: which act, and the evidence's id."""


@audit.refusals
def corrections(actor: Actor) -> list[Correction]:
    """Return what waits, the oldest first, then the last decided. Raises NotAllowed."""
    actor.require(*OFFICERS)
    is_waiting = MoneyCorrection.status == ProposalStatus.PENDING
    chosen = (
        select(MoneyCorrection, Employer, Arrival, _proposer.name, _decider.name)
        .join(Employer, Employer.id == MoneyCorrection.employer_id)
        .outerjoin(Arrival, Arrival.id == MoneyCorrection.arrival_id)
        .join(_proposer, _proposer.id == MoneyCorrection.proposed_by)
        .outerjoin(_decider, _decider.id == MoneyCorrection.decided_by)
        .where(Employer.branch == actor.branch)
    )
    with snapshot() as session:
        waiting = session.execute(chosen.where(is_waiting).order_by(MoneyCorrection.id))
        decided = session.execute(
            chosen.where(~is_waiting).order_by(MoneyCorrection.id.desc()).limit(MOST_DECIDED)
        )
        return [_listed(session, actor, *row) for row in (*waiting, *decided)]


def _listed(  # noqa: PLR0917 — the columns of one statement
    session: Session,
    actor: Actor,
    row: MoneyCorrection,
    employer: Employer,
    arrival: Arrival | None,
    proposer: str,
    decider: str | None,
) -> Correction:
    subject = f"{row.payee}　{row.payee_bank}　{row.payee_account}"
    return Correction(
        row.id, row.kind, employer.number, employer.name, row.amount,
        arrival.reference if arrival else subject, row.reason, row.status, proposer,
        clock.in_china(row.proposed_at), decider or "", row.opinion,
        row.proposed_by == actor.user_id,
        _effect(session, row, employer) if row.status is ProposalStatus.PENDING else "",
        evidence.by_two(row.proposal_evidence_id, row.decision_evidence_id),
    )  # fmt: skip


def _effect(session: Session, row: MoneyCorrection, employer: Employer) -> str:
    try:
        return correction_statement.effect(session, row, employer)
    except BusinessError as refusal:
        return str(refusal)
