"""Verifying the ledger (资金守恒): every fen that arrived is in a month, unallocated or given back."""

from sqlalchemy import case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from data.base import YuanType
from data.enums import MONEY_IN, AssessmentStatus, EntryKind
from data.models.ledger import Arrival, LedgerEntry, MoneyCorrection
from data.models.register import Employer
from data.models.remittance import Assessment
from data.policy_codes import ProposalStatus
from services.rules.months import Month


def faults(session: Session) -> list[str]:
    """Return every line of the ledger that does not add up, in words."""
    return [
        *_broken_balances(session),
        *_lost_arrivals(session),
        *_wrong_corrections(session),
        *_unpaid_months(session),
    ]


def _broken_balances(session: Session) -> list[str]:
    """Find lines whose balance is not the one before plus or minus their amount."""
    entry = LedgerEntry
    signed = case((entry.kind.in_(MONEY_IN), entry.amount), else_=-entry.amount)
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
        & (LedgerEntry.kind == EntryKind.ARRIVAL)
        & (LedgerEntry.amount == Arrival.amount)
        & (LedgerEntry.employer_id == Arrival.employer_id)
    )
    lost = select(Arrival.reference, Arrival.amount).outerjoin(LedgerEntry, posted)
    return [
        f"到账 {reference}：{amount}元未记入台账"
        for reference, amount in session.execute(lost.where(LedgerEntry.id.is_(None)))
    ]


def _wrong_corrections(session: Session) -> list[str]:
    """Find money given back that two persons did not agree on, and agreed corrections without their line."""
    line, correction = LedgerEntry, MoneyCorrection
    posted = (
        (line.correction_id == correction.id)
        & (line.kind.in_((EntryKind.REVERSAL, EntryKind.REFUND)))
        & (line.employer_id == correction.employer_id)
        & (line.amount == correction.amount)
        & (func.coalesce(line.arrival_id, 0) == func.coalesce(correction.arrival_id, 0))
    )
    is_done = correction.status == ProposalStatus.CONFIRMED
    is_agreed = is_done & (correction.decided_by != correction.proposed_by)
    unlike = (
        select(Employer.number, correction.kind, correction.amount)
        .join(Employer, Employer.id == correction.employer_id)
        .outerjoin(line, posted)
        .where(or_(is_done & line.id.is_(None), line.id.is_not(None) & ~is_agreed))
    )
    half = (
        select(Arrival.reference, Arrival.amount)
        .outerjoin(line, (line.arrival_id == Arrival.id) & (line.kind == EntryKind.REVERSAL))
        .where((Arrival.reversed_at.is_not(None)) != (line.id.is_not(None)))
    )
    return [
        f"资金更正 {number}：{kind.label}{amount}元与台账或复核不符"
        for number, kind, amount in session.execute(unlike)
    ] + [
        f"到账 {reference}：{amount}元的冲正标记与台账不符"
        for reference, amount in session.execute(half)
    ]


def _unpaid_months(session: Session) -> list[str]:
    """Find months that the hall has booked without money, or money given to a month not booked."""
    both = Assessment.employer_amount + Assessment.contributor_amount
    total = type_coerce(both, YuanType)
    is_booked = Assessment.status == AssessmentStatus.BOOKED
    signed = case(
        (LedgerEntry.kind == EntryKind.ALLOCATION, LedgerEntry.amount), else_=-LedgerEntry.amount
    )
    given = (
        select(LedgerEntry.assessment_id, func.sum(signed, type_=YuanType()).label("amount"))
        .where(LedgerEntry.assessment_id.is_not(None))
        .group_by(LedgerEntry.assessment_id)
        .subquery()
    )
    paid = (
        select(Employer.number, Assessment.month, total, given.c.amount)
        .join(Employer, Employer.id == Assessment.employer_id)
        .outerjoin(given, given.c.assessment_id == Assessment.id)
        .where(
            or_(
                is_booked & Assessment.case_id.is_not(None) & given.c.amount.is_(None),
                is_booked & (given.c.amount != total),
                ~is_booked & (given.c.amount != 0),
            )
        )
    )
    return [
        f"汇缴 {number} {Month.of(month)}：应分摊{due}元，台账分摊{given or 0}元"
        for number, month, due, given in session.execute(paid)
    ]
