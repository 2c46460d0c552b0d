"""The ledger (到账与未分摊): what the bank has credited for an employer, and the months it has paid for.

Every fen that arrived is in one of two places: allocated to a month, or in the employer's balance
(未分摊余额), which can never be below zero.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Coded, Id, Instant, Yuan
from data.enums import EntryKind


class Arrival(Base):
    """One credit on the center's account, as the bank reports it."""

    __tablename__ = "arrival"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    """银行流水号: the same credit cannot be entered twice."""
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    amount: Mapped[Yuan]
    arrived_on: Mapped[date]
    payer: Mapped[str] = mapped_column(String(255), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    entered_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entered_at: Mapped[Instant]


class LedgerEntry(Base):
    """One line of an employer's ledger: money in (到账) or money out to a month (分摊)."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("employer_id", "sequence", name="uq_ledger_entry_sequence"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("balance >= 0", name="balance"),
        CheckConstraint("(kind = 'arrival') = (arrival_id is not null)", name="arrival"),
        CheckConstraint("(kind = 'allocation') = (assessment_id is not null)", name="allocation"),
    )

    id: Mapped[Id]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    sequence: Mapped[int]
    """From 1, without a gap: two who write at once cannot both follow the same line."""
    kind: Mapped[EntryKind] = mapped_column(Coded(EntryKind))
    amount: Mapped[Yuan]
    balance: Mapped[Yuan]
    """未分摊余额 after this line."""
    arrival_id: Mapped[int | None] = mapped_column(ForeignKey("arrival.id"), unique=True)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"), unique=True)
    posted_on: Mapped[date]
    posted_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    posted_at: Mapped[Instant]
