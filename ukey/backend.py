"""What the agent asks of a key: PKCS#11 answers today, SKF later, plain Python in tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol, TypeVar

Answer = TypeVar("Answer")
KeyKind = Literal["rsa", "ec"]


class PinState(StrEnum):
    """What a key tells of its PIN without being asked for it."""

    OK = "ok"
    LOW = "low"
    FINAL_TRY = "final_try"
    LOCKED = "locked"


@dataclass(frozen=True)
class KeyCertificate:
    """One certificate on one key, as read from it, unverified."""

    id: str  # SHA-256 of the DER, hex
    token: str  # label of the key
    serial: str  # serial number of the key, not of the certificate
    subject: str
    subject_cn: str
    organization: str
    issuer: str
    not_after: str  # ISO 8601
    pin_state: PinState
    pin_pad: bool  # the PIN is typed on the key itself
    der: bytes


class Signer(Protocol):
    """A private key, logged in for one operation."""

    kind: KeyKind
    bits: int

    def sign(self, data: bytes, hash_name: str) -> bytes:
        """PKCS#1 v1.5 for RSA, raw R‖S for EC, over `data` hashed by `hash_name` (sha256 …)."""


class Backend(Protocol):
    """Every method may raise KeyFault."""

    def present(self) -> list[str]:
        """List the serial numbers of the keys plugged in, sorted."""

    def certificates(self) -> list[KeyCertificate]:
        """List the certificates that may sign; needs no PIN."""

    def with_key(
        self,
        certificate: KeyCertificate,
        pin: str | None,
        work: Callable[[Signer], Answer],
    ) -> Answer:
        """Log in, do the work, log out, whatever happens. No PIN means the key's own PIN pad."""
