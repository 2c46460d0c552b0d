"""Deciding corrections (资金更正复核): the second officer of the branch lets the money move, or not.

What has become impossible since it was proposed is refused then.
"""

from decimal import Decimal

from sqlalchemy.orm import Session

from data.database import transaction
from data.enums import OFFICERS, AuditAction, CorrectionKind, EntryKind
from data.models.ledger import Arrival, MoneyCorrection
from data.models.register import Employer
from data.policy_codes import ProposalStatus
from services import audit
from services.actor import Actor
from services.approval import evidence
from services.errors import BusinessError
from services.remittance import (
    booking,
    correction_statement,
    correction_terms,
    trail,
    unbooking,
)
from services.remittance.correction_terms import REASON_LENGTH
from services.rules import clock
from services.summary import keep


class OwnCorrection(BusinessError):
    message = "提出人不能复核自己提出的更正，请由本管理部另一名审批员复核"
    is_denial = True


@audit.refusals
def confirm(actor: Actor, correction_id: int) -> None:
    """Do what another officer has proposed, as things stand now.

    Raises OwnCorrection, CannotUnbook, ReversedAlready, BalanceTooSmall, NotSigned,
    SignedOtherwise, Stale, NotFound, OtherBranch, NotAllowed.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        row, employer = _others(session, actor, correction_id)
        is_reversal = row.kind is CorrectionKind.REVERSAL
        if not is_reversal:
            correction_terms.require_balance(session, employer, row.amount)
        row.decision_evidence_id = evidence.hold(
            session, actor,
            lambda: correction_statement.with_effect(session, row, employer, "复核通过"),
        )  # fmt: skip
        correction_terms.decide(row, actor, ProposalStatus.CONFIRMED)
        (_reverse if is_reversal else _refund)(session, row, employer, actor)


@audit.refusals
def reject(actor: Actor, correction_id: int, *, reason: str) -> None:
    """Turn down what another officer has proposed. Raises NoWords, and as `confirm`."""
    actor.require(*OFFICERS)
    with transaction() as session:
        row, employer = _others(session, actor, correction_id)
        row.opinion = correction_terms.worded(reason, "退回原因", REASON_LENGTH)
        row.decision_evidence_id = evidence.hold(
            session, actor,
            lambda: correction_statement.bare(session, row, employer, "退回", row.opinion),
        )  # fmt: skip
        correction_terms.decide(row, actor, ProposalStatus.REJECTED)
        correction_terms.note(session, row, actor, AuditAction.CORRECTION_REJECTED)


def _others(session: Session, actor: Actor, correction_id: int) -> tuple[MoneyCorrection, Employer]:
    """Return a waiting correction that somebody else has proposed."""
    row, employer = correction_terms.waiting(session, actor, correction_id)
    if row.proposed_by == actor.user_id:
        raise OwnCorrection
    return row, employer


def _reverse(session: Session, row: MoneyCorrection, employer: Employer, actor: Actor) -> None:
    arrival = session.get_one(Arrival, row.arrival_id)
    correction_terms.require_standing(arrival)
    found = unbooking.plan(session, employer, arrival.amount)
    what = f"{arrival.arrived_on}到账的{arrival.amount:,.2f}元因登记有误已冲正"
    _tell(session, employer, what, found.balance)
    undone = unbooking.unbook(session, employer, found, actor, row.id)
    arrival.reversed_at = clock.now()
    booking.post(
        session, employer.id, actor, EntryKind.REVERSAL, arrival.amount,
        arrival_id=arrival.id, correction_id=row.id,
    )  # fmt: skip
    keep.money(session, arrived=[(employer.id, clock.today(), -arrival.amount)], unbooked=undone)
    correction_terms.note(session, row, actor, AuditAction.MONEY_REVERSED)


def _refund(session: Session, row: MoneyCorrection, employer: Employer, actor: Actor) -> None:
    booking.post(session, employer.id, actor, EntryKind.REFUND, row.amount, correction_id=row.id)
    keep.money(session, refunded=[(employer.id, clock.today(), row.amount)])
    what = f"未分摊款项{row.amount:,.2f}元已退款至{row.payee}（{row.payee_bank}）"
    _tell(session, employer, what, booking.balance(session, employer.id))
    correction_terms.note(session, row, actor, AuditAction.MONEY_REFUNDED)


def _tell(session: Session, employer: Employer, what: str, left: Decimal) -> None:
    trail.tell_employer(session, employer, f"贵单位{what}，未分摊余额{left:,.2f}元。")
