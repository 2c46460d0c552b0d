"""Evidence (签名证据): what a person signed with the UKey, with all that is needed to check it again."""

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Id, Instant


class Evidence(Base):
    """One signature. It covers one step or, where one click did several, all of them."""

    __tablename__ = "evidence"

    id: Mapped[Id]
    submission: Mapped[str] = mapped_column(String(64), unique=True)
    """Made by the hall for this signature, and inside what was signed: it serves once."""
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    document: Mapped[str] = mapped_column(Text)
    """Canonical JSON, the bytes that were signed."""
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    """CAdES, detached, DER."""
    chain: Mapped[str] = mapped_column(Text)
    """PEM, from the signer's certificate up to the pinned root."""
    lists: Mapped[str] = mapped_column(Text)
    """SHA-256 of the revocation lists that were looked at, a line each."""
    received_at: Mapped[Instant]


class RevocationList(Base):
    """A revocation list as it was when a signature was checked against it, DER."""

    __tablename__ = "revocation_list"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
