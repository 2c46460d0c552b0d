"""The process beside the pages (旁路处理): takes in large uploads, which no page then shares Python with.

It does nothing that a thread here would not do, on the same row of the same table; what it is asked
comes in by lines, a work each, and how far it is goes out by lines.
"""

import atexit
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Final

import settings
from data import database
from services.works import runner
from services.works.kinds import Count, Kind

log = logging.getLogger("hall.works")
ROOT: Final = Path(__file__).parents[2]
COMMAND: Final = (sys.executable, "-m", "worker", "--beside")
DONE: Final = "done"
#: How long it may go on with what it has on hand when this process ends.
LAST_SECONDS: Final = 60

_turn: Final = threading.Lock()
_child: subprocess.Popen[str] | None = None


def takes(size: int) -> bool:
    """Tell whether an upload of so many bytes is for the process beside."""
    return 0 < settings.BESIDE_KB * 1024 <= size


def run(work_id: int, kind: Kind) -> None:
    """Have a waiting work done beside; where there is no such process, do it here."""
    with _turn:
        try:
            if _ask(_opened(), work_id, kind.code, partial(runner.note, work_id)):
                return
        except OSError:
            log.exception("work_beside_failed id=%d kind=%s", work_id, kind.code)
        close()
    runner.run(work_id, kind)  # what was begun there is taken, and is found to be lost


def close() -> None:
    """Let the process beside end after what it has on hand."""
    global _child
    child, _child = _child, None
    if child and child.stdin:
        with suppress(OSError):
            child.stdin.close()
        try:
            child.wait(LAST_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


atexit.register(close)


def serve(kinds: Mapping[str, Kind], asked: Iterable[str], out: IO[str]) -> None:
    """Do the works whose numbers and kinds come in, one after the other."""

    def tell(*said: object) -> None:
        with suppress(OSError):  # who asked is gone; the work is done all the same
            print(json.dumps(said), file=out, flush=True)

    for line in asked:
        number, code = line.split()
        try:
            runner.run(int(number), kinds[code], tell)
        except Exception:  # the database is away: its silence will mark the work as lost
            log.exception("work_unwritten id=%s kind=%s", number, code)
        tell(DONE)


def _opened() -> subprocess.Popen[str]:
    """Return the process beside, started with the first work for it."""
    global _child  # noqa: PLW0603 — the one of this process
    if _child is None or _child.poll() is not None:
        address = database.engine().url.render_as_string(hide_password=False)
        _child = subprocess.Popen(  # noqa: S603 — our own program
            COMMAND, cwd=ROOT, env={**os.environ, "DATABASE_URL": address}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    return _child


def _ask(child: subprocess.Popen[str], work_id: int, code: str, count: Count) -> bool:
    """Hand a work over and listen until it has ended; tell whether it has, and not the process."""
    assert child.stdin  # noqa: S101 — for the type checker
    assert child.stdout  # noqa: S101
    child.stdin.write(f"{work_id} {code}\n")
    child.stdin.flush()
    for line in child.stdout:
        said = json.loads(line)
        if said == [DONE]:
            return True
        count(*said)
    return False
