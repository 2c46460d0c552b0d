"""The chain's heads written down elsewhere (链尾导出): what a chain alone cannot prove.

Whoever has the database and its key can cut the chain's end off, or make it all anew; not so that it
agrees with heads that lie where she cannot write. One signed line a head, one file a day (UTC),
only ever appended to.
"""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from sqlalchemy import select

import settings
from data import secret_file
from data.database import snapshot
from data.models.audit import AuditHead
from services.rules import clock

EVERY: Final = timedelta(minutes=10)
#: Without a head for so long, the hall no longer says that it is ready.
LONGEST: Final = timedelta(hours=4)
PUBLIC_KEY: Final = "audit-heads.pub.pem"


@dataclass(frozen=True, slots=True)
class Head:
    """A line that was written down; `place` is its file and line."""

    seq: int
    hash: bytes
    at: datetime
    is_genuine: bool
    place: str


class WrongSigner(Exception):
    """The folder holds heads of another key: a configuration to look at, nothing to write over."""


def export() -> int:
    """Write the chain's head down (链尾导出); return its number. Raises OSError, WrongSigner."""
    with snapshot() as session:
        seq, value = session.execute(select(AuditHead.seq, AuditHead.hash)).one()
    _publish(_private_key())
    now = clock.instant()
    facts = {"seq": seq, "hash": value.hex(), "at": now.isoformat(timespec="seconds")}
    signature = sign(_signed(facts)).decode()
    line = json.dumps({**facts, "signature": signature}) + "\n"
    _append(settings.AUDIT_HEADS / f"heads-{now:%Y-%m-%d}.jsonl", line.encode())
    return int(seq)


def sign(content: bytes) -> bytes:
    """Return the hall's signature of `content`, in base64."""
    return base64.b64encode(_private_key().sign(content))


def is_signed(signature: bytes, content: bytes) -> bool:
    """Tell whether `signature` is the hall's of `content`."""
    try:
        return _is_genuine(_public_key(), base64.b64decode(signature, validate=True), content)
    except ValueError:
        return False


def exported() -> Iterator[Head]:
    """Yield every head written down, in order."""
    public = _public_key()
    for path in sorted(settings.AUDIT_HEADS.glob("heads-*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            yield _read(line, public, f"{path.name}第{number}行")


def last_at() -> datetime | None:
    """Return when the last head was written down, or None: never."""
    latest = max(settings.AUDIT_HEADS.glob("heads-*.jsonl"), default=None)
    if latest is None:
        return None
    lines = latest.read_text("utf-8").splitlines()
    return _read(lines[-1], _public_key(), latest.name).at if lines else None


def _read(line: str, public: Ed25519PublicKey | None, place: str) -> Head:
    try:
        facts: dict[str, Any] = json.loads(line)
        signature = base64.b64decode(facts.pop("signature"), validate=True)
        head = Head(
            int(facts["seq"]), bytes.fromhex(facts["hash"]), datetime.fromisoformat(facts["at"]),
            _is_genuine(public, signature, _signed(facts)), place,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        return Head(0, b"", datetime.min.replace(tzinfo=clock.CHINA), is_genuine=False, place=place)
    return head


def _is_genuine(public: Ed25519PublicKey | None, signature: bytes, signed: bytes) -> bool:
    if public is None:
        return False
    try:
        public.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _signed(facts: dict[str, Any]) -> bytes:
    return b"hall audit head\n" + json.dumps(facts, sort_keys=True).encode()


def _append(path: Path, line: bytes) -> None:
    """Append one line in one write, and wait until it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)


def _private_key() -> Ed25519PrivateKey:
    if not settings.HEADS_KEY.exists():
        fresh = Ed25519PrivateKey.generate()
        secret_file.write(
            settings.HEADS_KEY,
            fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )
    key = load_pem_private_key(settings.HEADS_KEY.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongSigner
    return key


def _public_key() -> Ed25519PublicKey | None:
    """Return whose signature counts: of the hall's own key where it is here, else the published."""
    if settings.HEADS_KEY.exists():
        return _private_key().public_key()
    path = settings.AUDIT_HEADS / PUBLIC_KEY
    key = load_pem_public_key(path.read_bytes()) if path.exists() else None
    return key if isinstance(key, Ed25519PublicKey) else None


def _publish(key: Ed25519PrivateKey) -> None:
    """Lay the public key beside the heads, so that an auditor can verify them with nothing else."""
    path = settings.AUDIT_HEADS / PUBLIC_KEY
    ours = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(ours)
    elif path.read_bytes() != ours:
        raise WrongSigner
