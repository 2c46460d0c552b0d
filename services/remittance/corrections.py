"""Corrections (资金更正): an arrival entered wrongly is to be reversed, a balance refunded.

One officer proposes, another of the branch decides (see `correction_deciding`); until then no
money moves.
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import OFFICERS, AuditAction, CorrectionKind
from data.models.ledger import Arrival, MoneyCorrection
from data.models.register import Employer
from data.policy_codes import ProposalStatus
from services import audit
from services.actor import Actor
from services.approval import conflicts, evidence
from services.errors import BusinessError, NotFound
from services.remittance import correction_statement, correction_terms, unbooking
from services.remittance.correction_terms import REASON_LENGTH, worded
from services.remittance.unbooking import Plan
from services.rules import clock

PAYEE_LENGTH = 100
ACCOUNT_LENGTH = 40


class NotOwnCorrection(BusinessError):
    message = "只有提出人可以撤回该更正"
    is_denial = True


class CorrectionWaits(BusinessError):
    message = "该单位已有一项待复核的更正，请先复核或撤回后再提出"


class WrongAmount(BusinessError):
    message = "退款金额应大于0，最多两位小数"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to give back, yuan, and to whom."""

    employer_id: int
    amount: Decimal
    payee: str
    payee_bank: str
    payee_account: str
    reason: str


@audit.refusals
def foresee(actor: Actor, arrival_id: int) -> Plan:
    """Say what reversing an arrival would do, and do nothing.

    Raises CannotUnbook, ReversedAlready, NotFound, OtherBranch, NotAllowed.
    """
    actor.require(*OFFICERS)
    with snapshot() as session:
        arrival = _arrival(session, actor, arrival_id)
        employer = session.get_one(Employer, arrival.employer_id)
        return unbooking.plan(session, employer, arrival.amount)


@audit.refusals
def propose_reversal(actor: Actor, arrival_id: int, *, reason: str) -> None:
    """Ask another officer to reverse an arrival (到账冲正).

    Raises NoWords, CorrectionWaits, NotSigned, SignedOtherwise, and as `foresee`.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        arrival = _arrival(session, actor, arrival_id)
        employer = conflicts.lock_employer(session, arrival.employer_id)
        unbooking.plan(session, employer, arrival.amount)
        row = _proposed(CorrectionKind.REVERSAL, employer, arrival.amount, actor, reason)
        row.arrival_id = arrival.id
        _put(session, row, employer, actor)


@audit.refusals
def propose_refund(actor: Actor, refund: Refund) -> None:
    """Ask another officer to give unallocated money back (退款).

    Raises WrongAmount, BalanceTooSmall, NoWords, CorrectionWaits, NotSigned, SignedOtherwise,
    NotFound, OtherBranch, NotAllowed.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        employer = correction_terms.locked(session, actor, refund.employer_id)
        if refund.amount <= 0 or refund.amount != round(refund.amount, 2):
            raise WrongAmount
        correction_terms.require_balance(session, employer, refund.amount)
        row = _proposed(CorrectionKind.REFUND, employer, refund.amount, actor, refund.reason)
        row.payee = worded(refund.payee, "收款户名", PAYEE_LENGTH)
        row.payee_bank = worded(refund.payee_bank, "收款银行", PAYEE_LENGTH)
        row.payee_account = worded(refund.payee_account, "收款账号", ACCOUNT_LENGTH)
        _put(session, row, employer, actor)


@audit.refusals
def withdraw(actor: Actor, correction_id: int) -> None:
    """Take back what one has proposed oneself.

    Raises NotOwnCorrection, Stale, NotFound, OtherBranch, NotAllowed.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        row, _ = correction_terms.waiting(session, actor, correction_id)
        if row.proposed_by != actor.user_id:
            raise NotOwnCorrection
        correction_terms.decide(row, actor, ProposalStatus.WITHDRAWN)
        correction_terms.note(session, row, actor, AuditAction.CORRECTION_WITHDRAWN)


def _arrival(session: Session, actor: Actor, arrival_id: int) -> Arrival:
    found = session.get(Arrival, arrival_id)
    if found is None:
        raise NotFound(what="该笔到账")
    correction_terms.require_branch(session, actor, found.employer_id)
    correction_terms.require_standing(found)
    return found


def _proposed(
    kind: CorrectionKind, employer: Employer, amount: Decimal, actor: Actor, reason: str
) -> MoneyCorrection:
    return MoneyCorrection(
        kind=kind, employer_id=employer.id, amount=amount,
        reason=worded(reason, "原因", REASON_LENGTH), status=ProposalStatus.PENDING,
        proposed_by=actor.user_id, proposed_at=clock.now(),
    )  # fmt: skip


def _put(session: Session, row: MoneyCorrection, employer: Employer, actor: Actor) -> None:
    row.proposal_evidence_id = evidence.hold(
        session, actor, lambda: correction_statement.with_effect(session, row, employer, "提出")
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as taken:
        raise CorrectionWaits from taken
    correction_terms.note(session, row, actor, AuditAction.CORRECTION_PROPOSED)
