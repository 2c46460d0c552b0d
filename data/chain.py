"""The audit's hash chain (哈希链): how an event is hashed, and how one continues the chain.

hash = HMAC-SHA-256(key, prev ‖ each field with its length): a missing field is not an empty one,
and no field can lend characters to its neighbour. The key is kept in a file outside the database.
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from data.models.audit import AuditEvent, AuditHead

START: Final = bytes(32)
KEY_BYTES: Final = 32
_PENDING: Final = "audit"


class Entry(NamedTuple):
    """An event as it is hashed, without its place in the chain."""

    instant: str
    actor: int | None
    role: str | None
    employer: int | None
    action: str
    subject: str
    payload: str


class KeyMissing(Exception):
    """There is a chain, but not the key that it was made with: nothing can be added to it."""


class InSavepoint(Exception):
    """What is undone with a savepoint must not be told of: note events outside it."""


def digest(key: bytes, prev: bytes, seq: int, entry: Entry) -> bytes:
    """Return the hash of `entry` as number `seq`, after the event whose hash is `prev`."""
    fields = (str(seq), *(None if value is None else str(value) for value in entry))
    text = "".join("-" if field is None else f"{len(field)}:{field}" for field in fields)
    return hmac.digest(key, prev + text.encode(), "sha256")


def note(session: Session, entry: Entry) -> None:
    """Keep an event until the session's transaction commits, which appends it."""
    if session.in_nested_transaction():
        raise InSavepoint
    session.info.setdefault(_PENDING, []).append(entry)


def append(session: Session, key: "Key") -> None:
    """Append what has been noted, last in the transaction.

    PostgreSQL holds the head's row from here to the commit, so it is taken after all other locks.
    """
    entries: list[Entry] = session.info.pop(_PENDING, [])
    if not entries:
        return
    session.flush()
    seq, prev = session.execute(
        select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1).with_for_update()
    ).one()
    secret = key.read(may_make=seq == 0)
    rows = []
    for entry in entries:
        seq += 1
        made = digest(secret, prev, seq, entry)
        rows.append({"seq": seq, **entry._asdict(), "prev": prev, "hash": made})
        prev = made
    session.execute(insert(AuditEvent), rows)


@dataclass(slots=True)
class Key:
    """The chain's key in its file, read once."""

    path: Path
    _secret: bytes = b""

    def read(self, *, may_make: bool = False) -> bytes:
        """Return the key, made now where there is none and `may_make`. Raises KeyMissing."""
        if not self._secret:
            if may_make and not self.path.exists():
                _make(self.path)
            if not self.path.exists():
                raise KeyMissing(self.path)
            self._secret = bytes.fromhex(self.path.read_text("ascii"))
        return self._secret


def _make(path: Path) -> None:
    """Write a fresh key for the owner's eyes, whole or not at all; the first of two makers wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_hex(KEY_BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
