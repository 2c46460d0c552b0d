"""Proposals (待复核变更): what one administrator has proposed, and what another said to it."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Coded, Id, Instant, partial_index
from data.enums import BusinessKind
from data.policy_codes import ProposalStatus, ProposalTopic


class Proposal(Base):
    """A change that takes effect once a second person has confirmed it."""

    __tablename__ = "proposal"

    id: Mapped[Id]
    topic: Mapped[ProposalTopic] = mapped_column(Coded(ProposalTopic))
    subject: Mapped[str] = mapped_column(String(80))
    """What it is about, the same for two proposals that would overtake each other."""
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"))
    business: Mapped[BusinessKind | None] = mapped_column(Coded(BusinessKind))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """The person whose role or branch it changes."""
    before: Mapped[dict[str, str]] = mapped_column(JSON)
    """What was in force when it was proposed, by key."""
    after: Mapped[dict[str, str]] = mapped_column(JSON)
    effective_from: Mapped[date]
    source: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[ProposalStatus] = mapped_column(Coded(ProposalStatus))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposer: Mapped[str] = mapped_column(String(120))
    proposed_at: Mapped[Instant]
    proposal_evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decider: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[Instant | None]
    decision_evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    opinion: Mapped[str] = mapped_column(String(500), default="")


partial_index(
    "uq_proposal_subject",
    Proposal.subject,
    unique=True,
    where=Proposal.status == ProposalStatus.PENDING,
)
