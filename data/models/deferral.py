"""Deferrals (缓缴): from which month to which an employer need not remit."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Id


class Deferral(Base):
    """An approved deferral. Months are YYYYMM, both included."""

    __tablename__ = "deferral"

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    first_month: Mapped[int]
    last_month: Mapped[int]
    """As granted."""
    ended_month: Mapped[int | None]
    """The first month due again (解除缓缴年月), once ended; None while it runs."""
    ended_by: Mapped[str] = mapped_column(String(20), default="")
    """`release` or `job`."""
