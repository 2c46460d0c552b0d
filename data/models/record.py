"""Records of what left the hall: prints (打印件) that can be checked, and exports of people's data."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Id, Instant


class Print(Base):
    """A printed paper. The same subject printed again gives the same bytes and the same code."""

    __tablename__ = "print"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    """验证码."""
    subject: Mapped[str] = mapped_column(String(120), unique=True)
    """What it prints, such as `remittance_voucher:17`; a query's print has a subject of its own."""
    title: Mapped[str] = mapped_column(String(80))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    summary: Mapped[str] = mapped_column(String(255))
    """What the public page of verification shows: no names of persons."""
    sha256: Mapped[str] = mapped_column(String(64))
    printed_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    printed_at: Mapped[Instant]


class Export(Base):
    """Somebody took people's data out, as print or workbook."""

    __tablename__ = "export"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"), index=True)
    what: Mapped[str] = mapped_column(String(80))
    conditions: Mapped[str] = mapped_column(String(255))
    rows: Mapped[int]
    exported_at: Mapped[Instant] = mapped_column(index=True)
