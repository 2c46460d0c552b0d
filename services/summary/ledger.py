"""Verifying the ledger (资金守恒): every fen that arrived is allocated to a month or unallocated."""

from sqlalchemy import case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from data.base import YuanType
from data.enums import AssessmentStatus, EntryKind
from data.models.ledger import Arrival, LedgerEntry
from data.models.register import Employer
from data.models.remittance import Assessment
from services.rules.months import Month


def faults(session: Session) -> list[str]:
    """Return every line of the ledger that does not add up, in words."""
    return [*_broken_balances(session), *_lost_arrivals(session), *_unpaid_months(session)]


def _broken_balances(session: Session) -> list[str]:
    """Find lines whose balance is not the one before plus or minus their amount."""
    entry = LedgerEntry
    signed = case((entry.kind == EntryKind.ARRIVAL, entry.amount), else_=-entry.amount)
    lines = select(
        entry.employer_id,
        entry.sequence,
        entry.balance,
        func.sum(signed, type_=YuanType())
        .over(partition_by=entry.employer_id, order_by=entry.sequence)
        .label("should_be"),
        func.row_number()
        .over(partition_by=entry.employer_id, order_by=entry.sequence)
        .label("number"),
    ).subquery()
    wrong = (
        select(Employer.number, lines)
        .join(Employer, Employer.id == lines.c.employer_id)
        .where(or_(lines.c.balance != lines.c.should_be, lines.c.number != lines.c.sequence))
        .order_by(Employer.number, lines.c.sequence)
    )
    return [
        f"未分摊台账 {row.number}第{row.sequence}行：余额{row.balance}，应为{row.should_be}"
        for row in session.execute(wrong)
    ]


def _lost_arrivals(session: Session) -> list[str]:
    """Find arrivals that are not in the ledger with the same employer and amount."""
    posted = (
        (LedgerEntry.arrival_id == Arrival.id)
        & (LedgerEntry.amount == Arrival.amount)
        & (LedgerEntry.employer_id == Arrival.employer_id)
    )
    lost = select(Arrival.reference, Arrival.amount).outerjoin(LedgerEntry, posted)
    return [
        f"到账 {reference}：{amount}元未记入台账"
        for reference, amount in session.execute(lost.where(LedgerEntry.id.is_(None)))
    ]


def _unpaid_months(session: Session) -> list[str]:
    """Find months that the hall has booked without money, or money given to a month not booked."""
    both = Assessment.employer_amount + Assessment.contributor_amount
    total = type_coerce(both, YuanType)
    is_booked = Assessment.status == AssessmentStatus.BOOKED
    paid = (
        select(Employer.number, Assessment.month, total, LedgerEntry.amount)
        .join(Employer, Employer.id == Assessment.employer_id)
        .outerjoin(LedgerEntry, LedgerEntry.assessment_id == Assessment.id)
        .where(
            or_(
                is_booked & Assessment.case_id.is_not(None) & LedgerEntry.id.is_(None),
                LedgerEntry.id.is_not(None) & (~is_booked | (LedgerEntry.amount != total)),
            )
        )
    )
    return [
        f"汇缴 {number} {Month.of(month)}：应分摊{due}元，台账分摊{given or 0}元"
        for number, month, due, given in session.execute(paid)
    ]
