"""Policy (政策参数): what the center has set, from when, for whom, and on whose word."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Coded, Id, Instant
from data.enums import BusinessKind
from data.policy_codes import PolicyKey


class PolicyRow(Base):
    """A value in force from a day on. Rows are added, never changed."""

    __tablename__ = "policy"
    __table_args__ = (Index("ix_policy_key", "key", "effective_from"),)

    id: Mapped[Id]
    key: Mapped[PolicyKey] = mapped_column(Coded(PolicyKey))
    value: Mapped[str] = mapped_column(String(4000))
    effective_from: Mapped[date]
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"))
    """The one employer it is for; None for all."""
    business: Mapped[BusinessKind | None] = mapped_column(Coded(BusinessKind))
    """The one business it is for, where the key asks for one."""
    source: Mapped[str] = mapped_column(String(255))
    author: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[Instant]
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    """Who proposed and who confirmed it; None for what was there before the hall."""
