"""The audit's hash chain (哈希链): how an event is hashed, and how one continues the chain.

hash = HMAC-SHA-256(key, prev ‖ each field with its length): a missing field is not an empty one,
and no field can lend characters to its neighbour. The key is kept in a file outside the database.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from data import secret_file
from data.bulk import table_of
from data.models.audit import AuditEvent, AuditHead

START: Final = bytes(32)
KEY_BYTES: Final = 32
_BLOCK: Final = 64
_PENDING: Final = "audit"
_EVENTS: Final = insert(table_of(AuditEvent))
_CHAIN: Final = table_of(AuditHead).c
_HEAD: Final = select(_CHAIN.seq, _CHAIN.hash).where(_CHAIN.id == 1).with_for_update()


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


class Hasher:
    """Hashes events with one key.

    This is HMAC spelled out (RFC 2104): a million events are verified in half the time that
    `hmac.digest` takes, which sets itself up anew for each.
    """

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(_BLOCK, b"\0")
        self._inner = bytes(byte ^ 0x36 for byte in padded)
        self._outer = bytes(byte ^ 0x5C for byte in padded)

    def __call__(self, prev: bytes, seq: int, entry: tuple[Any, ...]) -> bytes:
        """Return the hash of `entry` as number `seq`, after the event whose hash is `prev`."""
        within = sha256(self._inner + prev + message(seq, *entry).encode()).digest()
        return sha256(self._outer + within).digest()


def message(  # noqa: PLR0917 — the columns, in their order
    seq: int, instant: str, actor: int | None, role: str | None, employer: int | None,
    action: str, subject: str, payload: str,
) -> str:  # fmt: skip
    """Return the fields as hashed: each after its length and a colon, `-` where there is none."""
    number = str(seq)
    who = "-" if actor is None else f"{len(text := str(actor))}:{text}"
    whose = "-" if employer is None else f"{len(text := str(employer))}:{text}"
    held = "-" if role is None else f"{len(role)}:{role}"
    return (
        f"{len(number)}:{number}{len(instant)}:{instant}{who}{held}{whose}"
        f"{len(action)}:{action}{len(subject)}:{subject}{len(payload)}:{payload}"
    )


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
    connection = session.connection()
    seq, prev = connection.execute(_HEAD).one()
    hasher = Hasher(key.read(may_make=seq == 0))
    rows = []
    for entry in entries:
        seq += 1
        made = hasher(prev, seq, entry)
        rows.append({"seq": seq, **entry._asdict(), "prev": prev, "hash": made})
        prev = made
    connection.execute(_EVENTS, rows)


@dataclass(slots=True)
class Key:
    """The chain's key in its file, read once."""

    path: Path
    _secret: bytes = b""

    def read(self, *, may_make: bool = False) -> bytes:
        """Return the key, made now where there is none and `may_make`. Raises KeyMissing."""
        if not self._secret:
            if may_make and not self.path.exists():
                secret_file.write(self.path, secrets.token_hex(KEY_BYTES).encode())
            if not self.path.exists():
                raise KeyMissing(self.path)
            self._secret = bytes.fromhex(self.path.read_text("ascii"))
        return self._secret
