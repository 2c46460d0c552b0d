"""Cases (业务): what an employer asks for, each step taken on it, its documents, the messages."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.base import NEVER_AGAIN, Base, Coded, Id, Instant, partial_index
from data.enums import Action, BusinessKind, CaseStatus, Channel, Role

#: Not yet ended: an employer may have one such case of a kind, no more.
LIVE = (
    CaseStatus.DRAFT, CaseStatus.PENDING, CaseStatus.RETURNED, CaseStatus.REJECTED,
    CaseStatus.WITHDRAWN,
)  # fmt: skip


class Case(Base):
    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_employer", "employer_id", "kind", "status"),
        Index("ix_case_kind_month", "kind", "effective_month"),
        # What a line's reference to its case and employer at once stands on.
        Index("uq_case_of_employer", "id", "employer_id", unique=True),
        Index("ix_case_kind_ended", "kind", "ended_at", "status", "submitted_at"),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    serial: Mapped[str | None] = mapped_column(String(15), unique=True)
    """业务流水号, given at the first submission."""
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    kind: Mapped[BusinessKind] = mapped_column(Coded(BusinessKind))
    status: Mapped[CaseStatus] = mapped_column(Coded(CaseStatus))
    level: Mapped[int] = mapped_column(default=1)
    """Which of the approval levels decides next, from 1."""
    levels: Mapped[str | None] = mapped_column(String(120))
    """The roles that decide, level by level, as they were at the submission; None before it."""
    effective_month: Mapped[int]
    contributor_id: Mapped[int | None] = mapped_column(ForeignKey("contributor.id"))
    """The one person a personal business is about; None where it is the employer's."""
    form: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the clerk filled in where the business has no lines of its own: money as text in yuan."""
    started_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[Instant]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    submitted_at: Mapped[Instant | None]
    waits_for: Mapped[Role | None] = mapped_column(Coded(Role))
    """Whose decision comes next: the role of the present level; None where nobody has to."""
    due_on: Mapped[date | None]
    """The last day to decide, reckoned at the submission; None where nobody has to decide."""
    ended_at: Mapped[Instant | None]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """The officer who has the case open, until `opened_until`."""
    opened_until: Mapped[Instant | None]
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """The officer it was handed to (转办), who alone decides at this level."""
    version: Mapped[int] = mapped_column(default=1)


# 不得重复提交: the database refuses what two clerks at once would slip past the code.
partial_index(
    "uq_case_live",
    Case.employer_id,
    Case.kind,
    unique=True,
    where=Case.status.in_(LIVE) & Case.contributor_id.is_(None),
)
partial_index(
    "uq_case_live_person",
    Case.contributor_id,
    Case.employer_id,  # a case left open where she was before does not hinder her new employer
    Case.kind,
    unique=True,
    where=Case.status.in_(LIVE) & Case.contributor_id.is_not(None),
)
Index("ix_case_queue", Case.waits_for, Case.due_on, Case.id)
Index("ix_case_submitted", Case.submitted_at, Case.id)


class Step(Base):
    """One move of a case: the rows that 流程图, 审批意见, 已办 and 我发起的 all read."""

    __tablename__ = "case_step"
    __table_args__ = (
        UniqueConstraint("case_id", "version", name="uq_case_step_version"),
        Index("ix_case_step_action", "action", "taken_at"),
        CheckConstraint("action = 'submit' or client_id is null", name="client_id"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    version: Mapped[int]
    """The case's version that this step made."""
    action: Mapped[Action] = mapped_column(Coded(Action))
    status: Mapped[CaseStatus] = mapped_column(Coded(CaseStatus))
    level: Mapped[int]
    """The approval level this step was taken at; 0 for the employer's own steps."""
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(30))
    opinion: Mapped[str] = mapped_column(String(500), default="")
    channel: Mapped[Channel] = mapped_column(Coded(Channel))
    arrived_at: Mapped[Instant]
    taken_at: Mapped[Instant]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    """The signature that this step was taken with."""
    client_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Made in the browser's session before the click: the same click twice is one submission."""


class CaseChange(Base):
    """One line of a change list (待变更清册): an item of an employer or a person, before and after.

    Those of approved cases are the records that the queries list.
    """

    __tablename__ = "case_change"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The column's name on Employer or Contributor."""
    old: Mapped[str] = mapped_column(String(255))
    new: Mapped[str] = mapped_column(String(255))


class Document(Base):
    """A document (材料) of a case. The bytes are kept in the document store, by their hash."""

    __tablename__ = "case_document"
    __table_args__ = NEVER_AGAIN

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    material: Mapped[str] = mapped_column(String(40))
    """Code of the material asked for, from the kind's list."""
    filename: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[Instant]


class Message(Base):
    """A message (消息) to an employer."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_employer", "employer_id", "id"),)

    id: Mapped[Id]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[BusinessKind] = mapped_column(Coded(BusinessKind))
    text: Mapped[str] = mapped_column(String(1000))
    channel: Mapped[Channel] = mapped_column(Coded(Channel))
    sent_at: Mapped[Instant]
    read_at: Mapped[Instant | None]
    deleted_at: Mapped[Instant | None]
    reminds_of: Mapped[int | None]
    """The month in arrears that this reminds of (催缴); other messages remind of none."""
