"""The ledger (到账与未分摊): what the bank has credited for an employer, and the months it has paid for.

Every fen that arrived is in one of three places: allocated to a month, in the employer's balance
(未分摊余额), which can never be below zero, or given back: reversed (冲正) or refunded (退款).
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Coded, Id, Instant, Yuan, partial_index
from data.enums import CorrectionKind, EntryKind
from data.policy_codes import ProposalStatus


class Arrival(Base):
    """One credit on the center's account, as the bank reports it."""

    __tablename__ = "arrival"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40))
    """银行流水号: the same credit cannot be entered twice, unless the first entry was reversed."""
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    amount: Mapped[Yuan]
    arrived_on: Mapped[date]
    payer: Mapped[str] = mapped_column(String(255), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    entered_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entered_at: Mapped[Instant]
    reversed_at: Mapped[Instant | None]


partial_index(
    "uq_arrival_standing_reference",
    Arrival.reference,
    unique=True,
    where=Arrival.reversed_at.is_(None),
)


class MoneyCorrection(Base):
    """A reversal (到账冲正) or a refund (退款): proposed by one officer, done when another confirms it."""

    __tablename__ = "money_correction"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(kind = 'reversal') = (arrival_id is not null)", name="arrival"),
    )

    id: Mapped[Id]
    kind: Mapped[CorrectionKind] = mapped_column(Coded(CorrectionKind))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    arrival_id: Mapped[int | None] = mapped_column(ForeignKey("arrival.id"))
    amount: Mapped[Yuan]
    payee: Mapped[str] = mapped_column(String(100), default="")
    """收款户名, bank and account number of a refund."""
    payee_bank: Mapped[str] = mapped_column(String(100), default="")
    payee_account: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(200))
    status: Mapped[ProposalStatus] = mapped_column(Coded(ProposalStatus))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[Instant]
    proposal_evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[Instant | None]
    decision_evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    opinion: Mapped[str] = mapped_column(String(200), default="")


partial_index(
    "uq_money_correction_waiting",
    MoneyCorrection.employer_id,
    unique=True,
    where=MoneyCorrection.status == ProposalStatus.PENDING,
)


class LedgerEntry(Base):
    """One line of an employer's ledger: money in or out. It stays; what was wrong is taken back by another."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("employer_id", "sequence", name="uq_ledger_entry_sequence"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("balance >= 0", name="balance"),
        CheckConstraint(
            "(kind in ('arrival', 'reversal')) = (arrival_id is not null)", name="arrival"
        ),
        CheckConstraint(
            "(kind in ('allocation', 'unbooking')) = (assessment_id is not null)",
            name="allocation",
        ),
        CheckConstraint(
            "(kind in ('reversal', 'unbooking', 'refund')) = (correction_id is not null)",
            name="correction",
        ),
        UniqueConstraint("arrival_id", "kind", name="uq_ledger_entry_arrival"),
        UniqueConstraint("assessment_id", "kind", "turn", name="uq_ledger_entry_assessment"),
    )

    id: Mapped[Id]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    sequence: Mapped[int]
    """From 1, without a gap: two who write at once cannot both follow the same line."""
    kind: Mapped[EntryKind] = mapped_column(Coded(EntryKind))
    amount: Mapped[Yuan]
    balance: Mapped[Yuan]
    """未分摊余额 after this line."""
    arrival_id: Mapped[int | None] = mapped_column(ForeignKey("arrival.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"))
    turn: Mapped[int] = mapped_column(SmallInteger, default=1)
    """How many times the month has been booked with this: each booking can be taken back once."""
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("money_correction.id"))
    posted_on: Mapped[date]
    posted_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    posted_at: Mapped[Instant]
