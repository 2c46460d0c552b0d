"""Lines of a base adjustment (基数调整): one contributor's base before and after."""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from data.base import NUMBER, Base, Yuan


class BaseAdjustmentLine(Base):
    """Bases and amounts are yuan a month; `row` is the place in the roster, from 1."""

    __tablename__ = "base_adjustment_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["case_id", "employer_id"], ["case.id", "case.employer_id"],
            name="fk_base_adjustment_line_case",
        ),
        Index("ix_base_adjustment_line_contributor", "contributor_id"),
    )  # fmt: skip

    case_id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    contributor_id: Mapped[int] = mapped_column(ForeignKey("contributor.id"), primary_key=True)
    employer_id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    """The case's; in the key, for a table so large to be parted by it."""
    row: Mapped[int]
    old_base: Mapped[Yuan]
    new_base: Mapped[Yuan]
    employer_amount: Mapped[Yuan]
    contributor_amount: Mapped[Yuan]
