"""The calendar (工作日历): the days that are not what the week says, and on whose word."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Coded, Id, Instant
from data.policy_codes import DayKind


class Holiday(Base):
    """What one day is. Rows are added, never changed: of one day the last row counts."""

    __tablename__ = "holiday"
    __table_args__ = (Index("ix_holiday_day", "day", "id"),)

    id: Mapped[Id]
    day: Mapped[date]
    kind: Mapped[DayKind] = mapped_column(Coded(DayKind))
    name: Mapped[str] = mapped_column(String(40))
    """The feast, such as 国庆节."""
    source: Mapped[str] = mapped_column(String(255))
    author: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[Instant]
