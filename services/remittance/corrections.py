"""Corrections (资金更正): an arrival entered wrongly is reversed, a balance refunded, by two officers.

One proposes, another of the branch confirms; until then no money moves, and what has become
impossible meanwhile is refused then.
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import OFFICERS, AuditAction, CorrectionKind, EntryKind, ProposalStatus
from data.models.ledger import Arrival, MoneyCorrection
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.approval import casework, conflicts
from services.errors import BusinessError, NotFound, Stale
from services.remittance import booking, unbooking
from services.remittance.unbooking import Plan
from services.rules import clock
from services.summary import keep

REASON_LENGTH = 200
PAYEE_LENGTH = 100
ACCOUNT_LENGTH = 40


class OwnCorrection(BusinessError):
    message = "提出人不能复核自己提出的更正，请由本管理部另一名审批员复核"
    is_denial = True


class NotOwnCorrection(BusinessError):
    message = "只有提出人可以撤回该更正"
    is_denial = True


class CorrectionWaits(BusinessError):
    message = "该单位已有一项待复核的更正，请先复核或撤回后再提出"


class ReversedAlready(BusinessError):
    message = "该笔到账已冲正"


class BalanceTooSmall(BusinessError):
    message = "未分摊余额不足：退款{amount:,.2f}元，未分摊余额{balance:,.2f}元"


class WrongAmount(BusinessError):
    message = "退款金额应大于0，最多两位小数"


class NoWords(BusinessError):
    message = "请填写{what}（最多{longest}字）"


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

    Raises NoWords, CorrectionWaits, and as `foresee`.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        arrival = _arrival(session, actor, arrival_id)
        employer = conflicts.lock_employer(session, arrival.employer_id)
        unbooking.plan(session, employer, arrival.amount)
        row = _proposed(CorrectionKind.REVERSAL, employer, arrival.amount, actor, reason)
        row.arrival_id = arrival.id
        _put(session, row, actor)


@audit.refusals
def propose_refund(actor: Actor, refund: Refund) -> None:
    """Ask another officer to give unallocated money back (退款).

    Raises WrongAmount, BalanceTooSmall, NoWords, CorrectionWaits, NotFound, OtherBranch, NotAllowed.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        employer = _employer(session, actor, refund.employer_id)
        if refund.amount <= 0 or refund.amount != round(refund.amount, 2):
            raise WrongAmount
        _require_balance(session, employer, refund.amount)
        row = _proposed(CorrectionKind.REFUND, employer, refund.amount, actor, refund.reason)
        row.payee = _worded(refund.payee, "收款户名", PAYEE_LENGTH)
        row.payee_bank = _worded(refund.payee_bank, "收款银行", PAYEE_LENGTH)
        row.payee_account = _worded(refund.payee_account, "收款账号", ACCOUNT_LENGTH)
        _put(session, row, actor)


@audit.refusals
def confirm(actor: Actor, correction_id: int) -> None:
    """Do what another officer has proposed, as things stand now.

    Raises OwnCorrection, CannotUnbook, BalanceTooSmall, Stale, NotFound, OtherBranch, NotAllowed.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        row, employer = _waiting(session, actor, correction_id)
        if row.proposed_by == actor.user_id:
            raise OwnCorrection
        _decide(row, actor, ProposalStatus.CONFIRMED)
        if row.kind is CorrectionKind.REVERSAL:
            _reverse(session, row, employer, actor)
        else:
            _refund(session, row, employer, actor)


@audit.refusals
def reject(actor: Actor, correction_id: int, *, reason: str) -> None:
    """Turn down what another officer has proposed. Raises NoWords, and as `confirm`."""
    actor.require(*OFFICERS)
    with transaction() as session:
        row, _ = _waiting(session, actor, correction_id)
        if row.proposed_by == actor.user_id:
            raise OwnCorrection
        row.opinion = _worded(reason, "退回原因", REASON_LENGTH)
        _decide(row, actor, ProposalStatus.REJECTED)
        _note(session, row, actor, AuditAction.CORRECTION_REJECTED)


@audit.refusals
def withdraw(actor: Actor, correction_id: int) -> None:
    """Take back what one has proposed oneself. Raises NotOwnCorrection, and as `confirm`."""
    actor.require(*OFFICERS)
    with transaction() as session:
        row, _ = _waiting(session, actor, correction_id)
        if row.proposed_by != actor.user_id:
            raise NotOwnCorrection
        _decide(row, actor, ProposalStatus.WITHDRAWN)
        _note(session, row, actor, AuditAction.CORRECTION_WITHDRAWN)


def _reverse(session: Session, row: MoneyCorrection, employer: Employer, actor: Actor) -> None:
    arrival = session.get_one(Arrival, row.arrival_id)
    if arrival.reversed_at:
        raise ReversedAlready
    found = unbooking.plan(session, employer, arrival.amount)
    undone = unbooking.unbook(session, employer, found, actor, row.id)
    arrival.reversed_at = clock.now()
    booking.post(
        session, employer.id, actor, EntryKind.REVERSAL, arrival.amount,
        arrival_id=arrival.id, correction_id=row.id,
    )  # fmt: skip
    keep.money(session, arrived=[(employer.id, clock.today(), -arrival.amount)], unbooked=undone)
    _note(session, row, actor, AuditAction.MONEY_REVERSED)


def _refund(session: Session, row: MoneyCorrection, employer: Employer, actor: Actor) -> None:
    _require_balance(session, employer, row.amount)
    booking.post(session, employer.id, actor, EntryKind.REFUND, row.amount, correction_id=row.id)
    keep.money(session, refunded=[(employer.id, clock.today(), row.amount)])
    _note(session, row, actor, AuditAction.MONEY_REFUNDED)


def _require_balance(session: Session, employer: Employer, amount: Decimal) -> None:
    there = booking.balance(session, employer.id)
    if there < amount:
        raise BalanceTooSmall(amount=amount, balance=there)


def _arrival(session: Session, actor: Actor, arrival_id: int) -> Arrival:
    found = session.get(Arrival, arrival_id)
    if found is None:
        raise NotFound(what="该笔到账")
    require_branch(session, actor, found.employer_id)
    if found.reversed_at:
        raise ReversedAlready
    return found


def require_branch(session: Session, actor: Actor, employer_id: int) -> None:
    """Raise NotFound or OtherBranch unless it is an employer of the officer's branch."""
    employer = session.get(Employer, employer_id)
    if employer is None:
        raise NotFound(what="该单位")
    casework.require_own(employer.branch, actor)


def _employer(session: Session, actor: Actor, employer_id: int) -> Employer:
    require_branch(session, actor, employer_id)
    return conflicts.lock_employer(session, employer_id)


def _waiting(
    session: Session, actor: Actor, correction_id: int
) -> tuple[MoneyCorrection, Employer]:
    """Return a correction that nobody has decided, locked with its employer."""
    row = session.get(MoneyCorrection, correction_id)
    if row is None:
        raise NotFound(what="该更正")
    employer = _employer(session, actor, row.employer_id)
    session.refresh(row, with_for_update=True)
    if row.status is not ProposalStatus.PENDING:
        raise Stale
    return row, employer


def _proposed(
    kind: CorrectionKind, employer: Employer, amount: Decimal, actor: Actor, reason: str
) -> MoneyCorrection:
    return MoneyCorrection(
        kind=kind, employer_id=employer.id, amount=amount,
        reason=_worded(reason, "原因", REASON_LENGTH), status=ProposalStatus.PENDING,
        proposed_by=actor.user_id, proposed_at=clock.now(),
    )  # fmt: skip


def _put(session: Session, row: MoneyCorrection, actor: Actor) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as taken:
        raise CorrectionWaits from taken
    _note(session, row, actor, AuditAction.CORRECTION_PROPOSED)


def _worded(text: str, what: str, longest: int) -> str:
    if not 0 < len(text := text.strip()) <= longest:
        raise NoWords(what=what, longest=longest)
    return text


def _decide(row: MoneyCorrection, actor: Actor, status: ProposalStatus) -> None:
    row.status, row.decided_by, row.decided_at = status, actor.user_id, clock.now()


def _note(session: Session, row: MoneyCorrection, actor: Actor, action: AuditAction) -> None:
    audit.record(
        session, actor, action, f"correction:{row.id}", employer=row.employer_id,
        fen=int(row.amount.scaleb(2)), arrival=row.arrival_id,
    )  # fmt: skip
