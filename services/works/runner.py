"""Runs works (执行) in a few threads of this process; the others wait in the database, in no memory."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Final

from sqlalchemy.orm import Session

import settings
from data.enums import WorkState
from services.errors import BusinessError
from services.works import store
from services.works.kinds import Count, Job, Kind, Outcome, quietly
from services.works.store import Claimed, Counts, TakenAway

log = logging.getLogger("hall.works")
BEAT_SECONDS: Final = 2.0
FAILED: Final = (
    "系统处理出错，数据未受影响。请稍后重试；如仍不行，请致电0855-8685631，并告知编号W{id}"
)


@dataclass(slots=True)
class _Here:
    """A work that this process has on hand."""

    counts: Counts = field(default_factory=Counts)
    ended: threading.Event = field(default_factory=threading.Event)


_here: dict[int, _Here] = {}
Way = Callable[[int, Kind], None]
"""A way of doing a waiting work: in the thread that asks, or by somebody else that it waits for."""
_waiting: SimpleQueue[tuple[int, Kind, Way]] = SimpleQueue()
_start: Final = threading.Lock()
_threads: dict[str, threading.Thread] = {}


def submit(work_id: int, kind: Kind, way: Way) -> None:
    """Have a waiting work done in this way as soon as one of the threads is free."""
    _here[work_id] = _Here()
    _waiting.put((work_id, kind, way))
    for number in range(settings.WORKS_AT_ONCE):
        _keep_going(f"work-{number}", _work)
    _keep_going("beat", _beat)


def counts(work_id: int) -> Counts | None:
    """Return how far a work has come that this process has on hand."""
    here = _here.get(work_id)
    return here.counts if here else None


def note(work_id: int, stage: str, done: int, total: int) -> None:
    """Write down how far a work on hand has come."""
    if here := _here.get(work_id):
        here.counts.stage, here.counts.done, here.counts.total = stage, done, total


def wait(work_id: int, seconds: float) -> None:
    """Return when the work has ended, or after so many seconds."""
    if here := _here.get(work_id):
        here.ended.wait(seconds)


def run(work_id: int, kind: Kind, tell: Count = quietly) -> None:
    """Do a work that waits and write how it ended, whatever happens in it; `tell` hears how far it is."""
    _keep_going("beat", _beat)
    _here.setdefault(work_id, _Here())
    try:
        if claimed := store.claim(work_id):
            _do(work_id, kind, claimed, tell)
    finally:
        _let_go(work_id)


def _let_go(work_id: int) -> None:
    if here := _here.pop(work_id, None):
        here.ended.set()


def _do(work_id: int, kind: Kind, claimed: Claimed, tell: Count) -> None:
    is_settled = False

    def count(stage: str, done: int, total: int) -> None:
        note(work_id, stage, done, total)
        tell(stage, done, total)

    def settle(session: Session, outcome: Outcome) -> None:
        nonlocal is_settled
        store.settle(session, work_id, outcome)
        is_settled = True

    try:
        outcome = kind.run(
            Job(
                claimed.actor, claimed.arguments, claimed.filename, claimed.content, count, settle,
            )
        )  # fmt: skip
    except BusinessError as refusal:
        store.end(work_id, WorkState.REFUSED, refusal=str(refusal))
    except TakenAway:
        log.warning("work_taken_away id=%d kind=%s", work_id, kind.code)
    except Exception as error:
        log.exception(
            "work_failed id=%d kind=%s error=%s", work_id, kind.code, type(error).__name__
        )
        store.end(work_id, WorkState.FAILED, refusal=FAILED.format(id=work_id))
    else:
        if not is_settled:
            store.end(work_id, WorkState.DONE, outcome=outcome)


def _keep_going(name: str, loop: Callable[[], None]) -> None:
    """Have this process run a loop of its own, once."""
    with _start:
        if name not in _threads:
            _threads[name] = threading.Thread(target=loop, name=name, daemon=True)
            _threads[name].start()


def _work() -> None:
    while True:
        work_id, kind, way = _waiting.get()
        try:
            way(work_id, kind)
        except Exception:  # the database is away: its silence will mark the work as lost
            log.exception("work_unwritten id=%d kind=%s", work_id, kind.code)
        finally:
            _let_go(work_id)


def _beat() -> None:
    while True:
        time.sleep(BEAT_SECONDS)
        if on_hand := {work_id: here.counts for work_id, here in list(_here.items())}:
            try:
                store.beat(on_hand)
            except Exception:
                log.exception("work_beat_failed")
