"""Lines of a registration (缴存人登记): people to be opened or moved in, on the opening roster."""

from datetime import date

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.base import NEVER_AGAIN, NUMBER, Base, Coded, Id, Yuan
from data.codes import IdType


class RegistrationLine(Base):
    """One person on the opening roster (开户清册)."""

    __tablename__ = "registration_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["case_id", "employer_id"],
            ["case.id", "case.employer_id"],
            name="fk_registration_line_case",
        ),
        UniqueConstraint("case_id", "id_type", "id_number", name="uq_registration_line_person"),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(NUMBER, index=True)
    employer_id: Mapped[int] = mapped_column(NUMBER)
    """The case's."""
    row: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    id_type: Mapped[IdType] = mapped_column(Coded(IdType))
    id_number: Mapped[str] = mapped_column(String(18))
    sex: Mapped[str] = mapped_column(String(1))
    born_on: Mapped[date | None]
    mobile: Mapped[str] = mapped_column(String(11))
    base: Mapped[Yuan]
    employer_amount: Mapped[Yuan]
    contributor_amount: Mapped[Yuan]
    first_month: Mapped[int]
    hired_on: Mapped[date | None]
    marital: Mapped[str] = mapped_column(String(2), default="90")
    education: Mapped[str] = mapped_column(String(2), default="90")
    occupation: Mapped[str] = mapped_column(String(2), default="90")
    post: Mapped[str] = mapped_column(String(4), default="")
    title: Mapped[str] = mapped_column(String(3), default="999")
    income: Mapped[Yuan | None]
    landline: Mapped[str] = mapped_column(String(20), default="")
    postcode: Mapped[str] = mapped_column(String(6), default="")
    address: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    moves_in: Mapped[bool] = mapped_column(default=False)
    """转入: the person's sealed account elsewhere moves here; no second account is opened."""
    contributor_id: Mapped[int | None] = mapped_column(ForeignKey("contributor.id"))
    """The account, once opened or moved in."""
