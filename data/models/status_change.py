"""Lines of a status change (缴存人状态变更): people to be sealed or unsealed."""

from datetime import date

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from data.base import NUMBER, Base, Yuan


class StatusChangeLine(Base):
    """One person on the roster. The case's kind says whether it seals (封存) or unseals (启封)."""

    __tablename__ = "status_change_line"

    __table_args__ = (
        ForeignKeyConstraint(
            ["case_id", "employer_id"], ["case.id", "case.employer_id"],
            name="fk_status_change_line_case",
        ),
    )  # fmt: skip

    case_id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    contributor_id: Mapped[int] = mapped_column(ForeignKey("contributor.id"), primary_key=True)
    employer_id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    """The case's; in the key, for a table so large to be parted by it."""
    row: Mapped[int]
    reason: Mapped[str] = mapped_column(String(2))
    note: Mapped[str] = mapped_column(String(100), default="")
    effective_month: Mapped[int]
    left_on: Mapped[date | None]
    base: Mapped[Yuan | None]
    """启封后缴存基数; None when sealing."""
