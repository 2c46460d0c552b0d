"""Users (用户), the UKeys bound to them, and their sessions."""

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Coded, Id, Instant
from data.enums import BindingStatus, Branch, KeyEvent, Role


class User(Base):
    """A person who signs in: an employer's clerk, or one of the center's own."""

    __tablename__ = "user"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(Coded(Role))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"))
    branch: Mapped[Branch | None] = mapped_column(Coded(Branch))
    mobile: Mapped[str] = mapped_column(String(20), default="")
    landline: Mapped[str] = mapped_column(String(20), default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    username: Mapped[str | None] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(80))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[Instant | None]


class CertificateBinding(Base):
    """Whose UKey a certificate is. A certificate without a row here opens nothing."""

    __tablename__ = "certificate_binding"

    id: Mapped[Id]
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the certificate's DER bytes, in hexadecimal."""
    issuer: Mapped[str] = mapped_column(String(255))
    serial: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    status: Mapped[BindingStatus] = mapped_column(Coded(BindingStatus))
    not_after: Mapped[Instant]
    bound_by: Mapped[str] = mapped_column(String(120))
    bound_at: Mapped[Instant]


class BindingEvent(Base):
    """What was done to a binding, by whom and why. Rows are added, never changed."""

    __tablename__ = "binding_event"
    __table_args__ = (Index("ix_binding_event_user", "user_id", "id"),)

    id: Mapped[Id]
    binding_id: Mapped[int] = mapped_column(ForeignKey("certificate_binding.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    """Whose key it is."""
    event: Mapped[KeyEvent] = mapped_column(Coded(KeyEvent))
    reason: Mapped[str] = mapped_column(String(200))
    done_by: Mapped[str] = mapped_column(String(120))
    done_at: Mapped[Instant]


class Challenge(Base):
    """A question put to one browser, to be answered with one signature, once."""

    __tablename__ = "challenge"

    browser_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[Instant]


class UserSession(Base):
    """A signed-in browser. The cookie holds a secret; only its SHA-256 is kept here."""

    __tablename__ = "user_session"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    binding_id: Mapped[int] = mapped_column(ForeignKey("certificate_binding.id"))
    token_serial: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    end_reason: Mapped[str] = mapped_column(String(20), default="")
