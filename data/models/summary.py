"""Summaries (汇总): totals that the center's pages read, kept in step by whatever changes the details.

`services.summary` writes them, says from which details each follows, and proves that they agree.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Coded, Yuan
from data.codes import EmployerKind
from data.enums import Branch


class PeopleSummary(Base):
    """An employer's people now: how many, and what those in status 正常 pay a month."""

    __tablename__ = "people_summary"

    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), primary_key=True)
    normal_heads: Mapped[int] = mapped_column(default=0)
    sealed_heads: Mapped[int] = mapped_column(default=0)
    employer_amount: Mapped[Yuan] = mapped_column(default=0)
    contributor_amount: Mapped[Yuan] = mapped_column(default=0)


class BaseSummary(Base):
    """How many people in status 正常 an employer has in a step of the base."""

    __tablename__ = "base_summary"
    __table_args__ = (
        CheckConstraint("heads > 0", name="heads"),
        Index("ix_base_summary_step", "step", "heads"),
    )

    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    """Whole thousands of yuan: 3 is a base from 3,000.00 to 3,999.99."""
    heads: Mapped[int]


class MonthSummary(Base):
    """Regular remittance of a month (汇缴年月) by branch and kind of employer."""

    __tablename__ = "month_summary"

    month: Mapped[int] = mapped_column(primary_key=True)
    branch: Mapped[Branch] = mapped_column(Coded(Branch), primary_key=True)
    kind: Mapped[EmployerKind] = mapped_column(Coded(EmployerKind), primary_key=True)
    assessed_units: Mapped[int] = mapped_column(default=0)
    """Employers whose assessment of the month stands, booked or not."""
    assessed_heads: Mapped[int] = mapped_column(default=0)
    assessed_amount: Mapped[Yuan] = mapped_column(default=0)
    booked_units: Mapped[int] = mapped_column(default=0)
    booked_heads: Mapped[int] = mapped_column(default=0)
    booked_amount: Mapped[Yuan] = mapped_column(default=0)


class CashSummary(Base):
    """Money by the month of its posting (记账年月), not of the remittance it pays for."""

    __tablename__ = "cash_summary"

    month: Mapped[int] = mapped_column(primary_key=True)
    branch: Mapped[Branch] = mapped_column(Coded(Branch), primary_key=True)
    kind: Mapped[EmployerKind] = mapped_column(Coded(EmployerKind), primary_key=True)
    arrived: Mapped[Yuan] = mapped_column(default=0)
    """Credits entered, less those reversed (冲正)."""
    allocated: Mapped[Yuan] = mapped_column(default=0)
    """Given to months, less what was taken back from them (撤销入账)."""
    refunded: Mapped[Yuan] = mapped_column(default=0)
    collected: Mapped[Yuan] = mapped_column(default=0)
    """Booked in that month, regular and back-payments, those taken over from before the hall too."""
