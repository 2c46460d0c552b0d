"""What proposing and deciding a correction (资金更正) share: the row, whose it is, and what may stand in it."""

from decimal import Decimal

from sqlalchemy.orm import Session

from data.enums import AuditAction
from data.models.ledger import Arrival, MoneyCorrection
from data.models.register import Employer
from data.policy_codes import ProposalStatus
from services import audit
from services.actor import Actor
from services.approval import casework, conflicts
from services.errors import BusinessError, NotFound, Stale
from services.remittance import booking
from services.rules import clock

REASON_LENGTH = 200


class ReversedAlready(BusinessError):
    message = "该笔到账已冲正"


class BalanceTooSmall(BusinessError):
    message = "未分摊余额不足：退款{amount:,.2f}元，未分摊余额{balance:,.2f}元"


class NoWords(BusinessError):
    message = "请填写{what}（最多{longest}字）"


def require_branch(session: Session, actor: Actor, employer_id: int) -> None:
    """Raise NotFound or OtherBranch unless it is an employer of the officer's branch."""
    employer = session.get(Employer, employer_id)
    if employer is None:
        raise NotFound(what="该单位")
    casework.require_own(employer.branch, actor)


def locked(session: Session, actor: Actor, employer_id: int) -> Employer:
    """Return an employer of the officer's branch, locked. Raises NotFound, OtherBranch."""
    require_branch(session, actor, employer_id)
    return conflicts.lock_employer(session, employer_id)


def waiting(session: Session, actor: Actor, correction_id: int) -> tuple[MoneyCorrection, Employer]:
    """Return a correction that nobody has decided, locked with its employer.

    Raises NotFound, OtherBranch, Stale.
    """
    row = session.get(MoneyCorrection, correction_id)
    if row is None:
        raise NotFound(what="该更正")
    employer = locked(session, actor, row.employer_id)
    session.refresh(row, with_for_update=True)
    if row.status is not ProposalStatus.PENDING:
        raise Stale
    return row, employer


def require_standing(arrival: Arrival) -> None:
    """Raise ReversedAlready where the arrival was taken back."""
    if arrival.reversed_at:
        raise ReversedAlready


def require_balance(session: Session, employer: Employer, amount: Decimal) -> None:
    """Raise BalanceTooSmall where so much is not there to be given back."""
    there = booking.balance(session, employer.id)
    if there < amount:
        raise BalanceTooSmall(amount=amount, balance=there)


def worded(text: str, what: str, longest: int) -> str:
    """Return what was typed in, trimmed. Raises NoWords."""
    if not 0 < len(text := text.strip()) <= longest:
        raise NoWords(what=what, longest=longest)
    return text


def decide(row: MoneyCorrection, actor: Actor, status: ProposalStatus) -> None:
    """Note who ended it, and how."""
    row.status, row.decided_by, row.decided_at = status, actor.user_id, clock.now()


def note(session: Session, row: MoneyCorrection, actor: Actor, action: AuditAction) -> None:
    """Write the act into the audit."""
    audit.record(
        session, actor, action, f"correction:{row.id}", employer=row.employer_id,
        fen=int(row.amount.scaleb(2)), arrival=row.arrival_id,
    )  # fmt: skip
