"""Reading the audit's chain from end to end (核对审计链): what is not as it was written, row by row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from data.chain import START, Hasher

_BATCH: Final = 20_000
_COLUMNS: Final = "seq, instant, actor, role, employer, action, subject, payload, prev, hash"
#: After so many faults the rest would say the same again.
MOST_FAULTS: Final = 20


@dataclass(slots=True)
class Reading:
    """What a reading found. `faults` are in words, each with its row; `seq` is the last row read."""

    seq: int = 0
    hash: bytes = START
    events: int = 0
    faults: list[str] = field(default_factory=list)


def read(
    connection: Connection, key: bytes, *, after: int = 0, known: Mapping[int, bytes] | None = None
) -> Reading:
    """Read all events after number `after`, and hold the end against the head's row.

    `known` are hashes that were written down elsewhere, by number: where the chain has other ones
    it was made anew, by somebody who has the key.
    """
    found = Reading()
    heads = {seq: value for seq, value in (known or {}).items() if seq > after}
    if after:
        (found.hash,) = next(_rows(connection, f"SELECT hash FROM audit_event WHERE seq = {after}"))  # noqa: S608
        found.seq = after
    agreed, hasher = after, Hasher(key)
    for row in _rows(
        connection, f"SELECT {_COLUMNS} FROM audit_event WHERE seq > {after} ORDER BY seq"  # noqa: S608
    ):  # fmt: skip
        seq, prev, made = row[0], row[8], row[9]
        follows = seq == found.seq + 1
        if not follows:
            found.faults.append(_missing(found.seq + 1, seq - 1))
        try:
            is_whole = hasher(prev, seq, row[1:8]) == made
        except TypeError:  # nothing where something must be
            is_whole = False
        if not is_whole:
            found.faults.append(f"第{seq}条：内容与写入时不一致")
        elif follows and prev != found.hash:
            found.faults.append(f"第{seq}条：与第{seq - 1}条不衔接")
        found.seq, found.hash = seq, made
        found.events += 1
        if seq in heads:
            if heads[seq] != made:
                found.faults.append(f"第{agreed + 1}至{seq}条：与已导出的链尾不一致，被整体改写")
            agreed = seq
        if len(found.faults) >= MOST_FAULTS:
            return found
    _end(connection, found, max(heads, default=0))
    return found


def last(connection: Connection) -> int:
    """Return the number of the last event."""
    return int(next(_rows(connection, "SELECT coalesce(max(seq), 0) FROM audit_event"))[0])


def _end(connection: Connection, found: Reading, exported: int) -> None:
    """Hold the last event against the head's row, and against the last head exported."""
    head = next(_rows(connection, "SELECT seq, hash FROM audit_head"), (0, START))
    if exported > found.seq:
        found.faults.append(_missing(found.seq + 1, exported, "，链尾已导出"))
    if tuple(head) != (found.seq, found.hash):
        found.faults.append(f"链尾登记为第{head[0]}条，与最后一条（第{found.seq}条）不一致")


def _missing(first: int, last: int, why: str = "") -> str:
    rows = f"第{first}条" if first == last else f"第{first}至{last}条"
    return f"{rows}：缺失{why}"


def _rows(connection: Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows as the driver gives them, in batches: a million pass through, none is kept."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        cursor = driver.cursor("audit_reading", binary=True)
        cursor.itersize = _BATCH
    else:
        cursor = driver.cursor()
    try:
        yield from cursor.execute(query)
    finally:
        cursor.close()
