"""Lines of a base adjustment (基数调整): one contributor's base before and after."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Yuan


class BaseAdjustmentLine(Base):
    """Bases and amounts are yuan a month; `row` is the place in the roster, from 1."""

    __tablename__ = "base_adjustment_line"
    __table_args__ = (Index("ix_base_adjustment_line_contributor", "contributor_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    contributor_id: Mapped[int] = mapped_column(ForeignKey("contributor.id"), primary_key=True)
    row: Mapped[int]
    old_base: Mapped[Yuan]
    new_base: Mapped[Yuan]
    employer_amount: Mapped[Yuan]
    contributor_amount: Mapped[Yuan]
