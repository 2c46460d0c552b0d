"""A child process that kills itself at a chosen point of an act: a statement, a commit, a file step."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event, select

from data import database
from data.base import Base, InstantType

#: What differs from one run to the next though nothing is wrong.
_VOLATILE = {"hash", "prev", "instant", "sha256", "code", "form"}
_NEVER = 1_000_000
_UNWATCHED = {"challenge", "user_session", "audit_head"}


@dataclass
class Outcome:
    acknowledged: bool
    """The act returned before the end."""
    is_over: bool
    """It ended by itself: there was no such point."""


def run(url: str, act: Callable[[], object], point: int) -> Outcome:
    """Do the act in a child that dies at its `point`-th step, from 1."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        _die_in_it(url, act, point, writes)
    os.close(writes)
    said = os.read(reads, 1)
    os.close(reads)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise AssertionError("the act failed in the child: see its traceback above")
    return Outcome(acknowledged=said == b"!", is_over=os.WIFEXITED(status))


def run_until(url: str, act: Callable[[], object], seconds: float) -> Outcome:
    """Do the act in a child that is killed after so many seconds, whatever it is at."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        _die_in_it(url, act, _NEVER, writes)
    os.close(writes)
    time.sleep(seconds)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    said = os.read(reads, 1)
    os.close(reads)
    _, status = os.waitpid(child, 0)
    return Outcome(acknowledged=said == b"!", is_over=os.WIFEXITED(status))


def _die_in_it(url: str, act: Callable[[], object], point: int, writes: int) -> None:
    """Never returns."""
    code = 1
    try:
        count = _Countdown(point)
        engine = database.connect(url)
        _watch(engine, count)
        act()
        os.write(writes, b"!")
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    os._exit(code)


class _Countdown:
    def __init__(self, steps: int) -> None:
        self._left = steps

    def step(self, *_: Any) -> None:  # noqa: ANN401 — whatever the event brings
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _watch(engine: Engine, count: _Countdown) -> None:
    """Count before and after each statement, before each commit, and at each step of a file."""
    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(engine, name, count.step)
    for name in ("fsync", "replace", "mkdir", "unlink"):
        _count_calls(name, count)


def _count_calls(name: str, count: _Countdown) -> None:
    real = getattr(os, name)

    def counted(*args: Any, **more: Any) -> Any:  # noqa: ANN401
        count.step()
        done = real(*args, **more)
        count.step()
        return done

    setattr(os, name, counted)


def state() -> dict[str, list[tuple[object, ...]]]:
    """Return everything that the database holds but for moments and what is random."""
    with database.snapshot() as session:
        return {
            table.name: sorted(
                tuple(str(value) for value in row)
                for row in session.execute(
                    select(
                        *(
                            column
                            for column in table.columns
                            if column.name not in _VOLATILE
                            and not isinstance(column.type, InstantType)
                        )
                    )
                )
            )
            for table in Base.metadata.sorted_tables
            if table.name not in _UNWATCHED
        }
