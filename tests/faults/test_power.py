"""Power loss on SQLite (figure 9): the write-ahead log cut, flipped, zeroed at any place.

Whatever is left of the log, the database opens at the last commit that stands whole before the damage.
"""

import random
import shutil
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from data import database
from data.engines import sqlite_file
from services.errors import BusinessError
from tests import figures
from tests.conftest import Template
from tests.faults import killing
from tests.faults.acts import ACTS
from tests.faults.bench import State, connected, faults

SEED = 20260702
RECOVERIES = figures.share(quick=16, whole=1_000)
CHAIN = ("import a roster", "approve an employer's change", "enter a person", "assess a month",
         "keep money that does not", "seal", "approve a rate adjustment")  # fmt: skip
HEADER, FRAME_HEADER = 32, 24
KINDS = ("cut", "flip", "zero")


@dataclass
class Log:
    """A database and its log as they lie on the disk, and what stands after each commit."""

    main: bytes
    wal: bytes
    ends: list[int]
    """Where in the log each commit ends."""
    states: list[State]
    """What the database holds after so many commits, from none on."""

    def expected(self, intact: int) -> State:
        """Return what must be found where the log is sound up to here."""
        return self.states[sum(end <= intact for end in self.ends)]


@pytest.fixture(scope="module")
def log(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Log:
    name = "power"
    url = sqlite_template.copy(name)
    path = Path(url.removeprefix("sqlite:///"))
    engine = database.connect(url)
    event.listen(engine, "connect", _keep_log)
    engine.dispose()  # the connections that are open know nothing of it
    for act in (one for one in ACTS if one.name in CHAIN):
        with suppress(BusinessError):
            act.do(act.prepare())
    live = killing.state()
    main, wal = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    engine.dispose()
    sqlite_template.drop(name)
    ends = _commits(wal)
    folder = tmp_path_factory.mktemp("power")
    states = [_recovered(folder, main, wal[:end]) for end in (0, *ends)]
    assert states[-1] == live
    return Log(main, wal, ends, states)


def test_a_damaged_log_leaves_a_whole_number_of_commits(log: Log, tmp_path: Path) -> None:
    chance, wrong = random.Random(SEED), []
    reached = set()
    for number in range(RECOVERIES):
        kind = KINDS[number % len(KINDS)]
        place = chance.randrange(len(log.wal))
        wal, intact = _damaged(log.wal, kind, place, chance)
        if _recovered(tmp_path, log.main, wal) != log.expected(intact):
            wrong.append(f"{kind} at {place}")
        reached.add(sum(end <= intact for end in log.ends))
    figures.record(
        9, f"{RECOVERIES} recoveries of a log of {len(log.ends)} commits, to {len(reached)} different "
        f"commits, {len(wrong)} wrong", SEED, reached=not wrong,
    )  # fmt: skip
    assert len(log.ends) >= 10
    assert wrong == []


def _keep_log(connection: Any, _record: object) -> None:  # noqa: ANN401 — the driver has no type
    connection.execute("PRAGMA wal_autocheckpoint=0")


def _commits(wal: bytes) -> list[int]:
    """Return where the frames that end a transaction end."""
    page = struct.unpack(">I", wal[8:12])[0]
    size = FRAME_HEADER + page
    starts = range(HEADER, len(wal) - size + 1, size)
    return [at + size for at in starts if struct.unpack(">I", wal[at + 4 : at + 8])[0]]


def _damaged(wal: bytes, kind: str, place: int, chance: random.Random) -> tuple[bytes, int]:
    """Return the log with damage of this kind, and up to where it is sound."""
    page = struct.unpack(">I", wal[8:12])[0]
    size = FRAME_HEADER + page
    frame = 0 if place < HEADER else HEADER + (place - HEADER) // size * size
    if kind == "cut":
        return wal[:place], place
    changed = bytearray(wal)
    if kind == "flip":
        changed[place] ^= 1 << chance.randrange(8)
    else:
        changed[frame : frame + size] = bytes(len(changed[frame : frame + size]))
    return bytes(changed), frame


def test_what_stands_after_each_commit_is_sound(log: Log, tmp_path: Path) -> None:
    ends = log.ends if figures.IS_WHOLE else log.ends[-1:]
    for end in ends:
        _recovered(tmp_path, log.main, log.wal[:end])
        with connected(f"sqlite:///{tmp_path / 'after' / 'hall.db'}"):
            assert faults() == []


def _recovered(folder: Path, main: bytes, wal: bytes) -> State:
    """Open what the power failure has left, which SQLite must find whole; return what it holds."""
    shutil.rmtree(folder / "after", ignore_errors=True)
    (folder / "after").mkdir()
    path = folder / "after" / "hall.db"
    path.write_bytes(main)
    Path(f"{path}-wal").write_bytes(wal)
    driver = sqlite_file(path)
    whole = driver.execute("PRAGMA integrity_check").fetchall()
    driver.close()
    assert whole == [("ok",)]
    with connected(f"sqlite:///{path}"):
        return killing.state()


def test_the_engine_of_the_hall_waits_for_the_disk(sqlite_db: Engine) -> None:
    with sqlite_db.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
