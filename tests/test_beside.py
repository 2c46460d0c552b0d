"""Large uploads are taken in by a process beside the pages; what becomes of it becomes of no work."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import settings
from data.database import snapshot
from data.enums import BusinessKind, WorkState
from data.models.work import Work
from services import imports
from services.actor import Actor
from services.approval import casework
from services.base_adjustment import kept
from services.base_adjustment.importing import IMPORT
from services.works import beside, desk
from services.works.desk import Progress
from tests.rosters import filled

LONG = 60.0


@pytest.fixture(autouse=True)
def hall(sqlite_db: object, storage: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the process beside stand in this test's folders and take everything."""
    monkeypatch.setenv("HALL_DATA", str(settings.STORAGE))
    monkeypatch.setenv("HALL_AUDIT_KEY", str(settings.AUDIT_KEY))
    monkeypatch.setattr(settings, "BESIDE_KB", 1)
    yield
    beside.close()


def checked(actor: Actor, base: int = 6500) -> Progress:
    content = filled(actor, base)
    begun = imports.begin(actor, IMPORT, click=str(base), name="a.xlsx", content=content)
    return desk.progress(actor, begun, wait=LONG)


def taken(actor: Actor, found: Progress) -> Progress:
    return desk.progress(actor, imports.take(actor, IMPORT, found), wait=LONG)


def process_of(work: Progress) -> int:
    with snapshot() as session:
        return int(session.get_one(Work, work.id).runner.split(":")[1])


def bases(actor: Actor) -> list[int]:
    with snapshot() as session:
        case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
        return [line.new_base for line in kept.lines(session, case)] if case else []


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_one_process_beside_checks_and_takes_in(clerk1: Actor) -> None:
    found = checked(clerk1)
    assert imports.found(found).effect["people"] == 300
    done = taken(clerk1, found)
    assert (done.state, bases(clerk1)) == (WorkState.DONE, [650_000] * 300)
    assert process_of(found) == process_of(done) != os.getpid()


def test_a_small_upload_stays_here(clerk1: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BESIDE_KB", 200)
    assert process_of(checked(clerk1)) == os.getpid()


def test_a_process_that_is_gone_is_followed_by_another(clerk1: Actor) -> None:
    found = checked(clerk1)
    first = process_of(found)
    os.kill(first, signal.SIGKILL)
    done = taken(clerk1, found)
    assert (done.state, bases(clerk1)) == (WorkState.DONE, [650_000] * 300)
    assert process_of(done) not in {first, 0}


def test_what_it_had_not_begun_when_it_was_killed_is_done_here_once(clerk1: Actor) -> None:
    found = checked(clerk1)
    other = process_of(found)
    os.kill(other, signal.SIGSTOP)
    work_id = imports.take(clerk1, IMPORT, found)
    until(beside._turn.locked)
    os.kill(other, signal.SIGKILL)
    done = desk.progress(clerk1, work_id, wait=LONG)
    assert (done.state, process_of(done)) == (WorkState.DONE, os.getpid())
    assert bases(clerk1) == [650_000] * 300


def test_a_work_is_done_though_nobody_listens_any_more(clerk1: Actor) -> None:
    found = checked(clerk1)
    assert beside._child
    assert beside._child.stdout
    beside._child.stdout.close()  # as when the hall is killed
    work_id = imports.take(clerk1, IMPORT, found)
    until(lambda: not desk.progress(clerk1, work_id).is_live)
    assert desk.progress(clerk1, work_id).state is WorkState.DONE
    assert bases(clerk1) == [650_000] * 300
