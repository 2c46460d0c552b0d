"""The audit (审计日志): one hash-chained row for everything that was done, tried, or taken out.

Rows are only ever added, by `data.chain`; the triggers of `data.schema_objects` refuse all else.
Every field is kept exactly as it was hashed: moments as text in UTC, payloads as canonical JSON.
"""

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base


class AuditEvent(Base):
    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_employer", "employer", "seq"),
        Index("ix_audit_event_subject", "subject"),
        Index("ix_audit_event_instant", "instant"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    instant: Mapped[str] = mapped_column(String(27))
    """The real moment, `2026-07-06T01:02:03.000004Z`."""
    actor: Mapped[int | None] = mapped_column(BigInteger)
    """The user's id; None before anybody is known, and for what the calendar does."""
    role: Mapped[str | None] = mapped_column(String(30))
    employer: Mapped[int | None] = mapped_column(BigInteger)
    """The employer that the actor acts for, or that the act is about."""
    action: Mapped[str] = mapped_column(String(40))
    """A code of `AuditAction`."""
    subject: Mapped[str] = mapped_column(String(120))
    """What it was done to, such as `case:17`."""
    payload: Mapped[str] = mapped_column(Text)
    """Canonical JSON: ids, codes and counts, nobody's name or number."""
    prev: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The chain's end, in one row: the next event must continue it."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
