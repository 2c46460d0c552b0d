"""Assessments (汇缴核定): a month of an employer, with the snapshot of everybody in it."""

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from data.base import NUMBER, Base, Coded, Id, Instant, Yuan, partial_index
from data.enums import AssessmentStatus, RemittanceKind


class Assessment(Base):
    """One month. 上月 + 增加 − 减少 ± 差额 = 本月, in heads and in yuan; never recomputed."""

    __tablename__ = "assessment"
    __table_args__ = (
        Index("ix_assessment_month", "month"),
        Index("ix_assessment_waiting", "status", "assessed_at"),
        # What a line's reference to its month and employer at once stands on.
        Index("uq_assessment_of_employer", "id", "employer_id", unique=True),
        CheckConstraint("(status = 'booked') = (booked_on is not null)", name="booked_on"),
    )

    id: Mapped[Id]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    """None for months that were taken over from before the hall."""
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    month: Mapped[int]
    kind: Mapped[RemittanceKind] = mapped_column(Coded(RemittanceKind))
    status: Mapped[AssessmentStatus] = mapped_column(Coded(AssessmentStatus))
    last_heads: Mapped[int]
    last_amount: Mapped[Yuan]
    plus_heads: Mapped[int]
    plus_amount: Mapped[Yuan]
    minus_heads: Mapped[int]
    minus_amount: Mapped[Yuan]
    difference: Mapped[Yuan]
    heads: Mapped[int]
    employer_amount: Mapped[Yuan]
    contributor_amount: Mapped[Yuan]
    assessed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    assessed_at: Mapped[Instant]
    booked_on: Mapped[date | None]
    """The day of its booking (入账)."""
    deleted_at: Mapped[Instant | None]


# One assessment a month: a second clerk in the same second is refused by the database.
partial_index(
    "uq_assessment_month",
    Assessment.employer_id,
    Assessment.month,
    Assessment.kind,
    unique=True,
    where=Assessment.deleted_at.is_(None),
)


class AssessmentLine(Base):
    """One person in one month, as the person was then."""

    __tablename__ = "assessment_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["assessment_id", "employer_id"], ["assessment.id", "assessment.employer_id"],
            name="fk_assessment_line_assessment",
        ),
        Index("ix_assessment_line_contributor", "contributor_id"),
    )  # fmt: skip

    assessment_id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    contributor_id: Mapped[int] = mapped_column(ForeignKey("contributor.id"), primary_key=True)
    employer_id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    """The month's; in the key, for a table so large to be parted by it."""
    account: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    id_number: Mapped[str] = mapped_column(String(18))
    base: Mapped[Yuan]
    employer_rate: Mapped[int] = mapped_column(SmallInteger)
    contributor_rate: Mapped[int] = mapped_column(SmallInteger)
    employer_amount: Mapped[Yuan]
    contributor_amount: Mapped[Yuan]
