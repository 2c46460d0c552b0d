"""Long works from the queue in PostgreSQL: workers of their own, one of them killed, nothing lost."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

import settings
from data import database
from data.database import snapshot
from data.enums import BusinessKind, WorkState
from data.models.work import Work
from services import imports, work_kinds
from services.actor import Actor
from services.approval import casework
from services.base_adjustment import kept
from services.base_adjustment.importing import IMPORT
from services.works import desk, queue, store
from tests.conftest import Template, person
from tests.rosters import filled

ROOT = Path(__file__).parent.parent
LONG = 60.0


@pytest.fixture
def queued(
    postgresql_template: Template, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """Connect to a database whose works are done by workers."""
    name = f"t{os.urandom(6).hex()}"
    url = postgresql_template.copy(name)
    found = database.connect(url)
    monkeypatch.setattr(settings, "WORKS_BY", "queue")
    monkeypatch.setattr(settings, "DATABASE_URL", url)
    queue._sender.cache_clear()
    queue.prepare()
    yield found
    queue._sender().close()
    queue._sender.cache_clear()
    found.dispose()
    postgresql_template.drop(name)


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker until the block ends."""
    environment = os.environ | {
        "DATABASE_URL": settings.DATABASE_URL, "HALL_WORKS": "queue",
        "HALL_DATA": str(settings.STORAGE), "HALL_AUDIT_KEY": str(settings.AUDIT_KEY),
    }  # fmt: skip
    running = subprocess.Popen([sys.executable, "-m", "worker"], cwd=ROOT, env=environment)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(LONG)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def of(work_id: int) -> Work:
    with snapshot() as session:
        return session.get_one(Work, work_id)


def lines(actor: Actor) -> int:
    with snapshot() as session:
        case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
        return len(kept.lines(session, case)) if case else 0


def checked(actor: Actor) -> desk.Progress:
    begun = imports.begin(actor, IMPORT, click="1", name="a.xlsx", content=filled(actor, 6500))
    return desk.progress(actor, begun, wait=LONG)


@pytest.mark.usefixtures("queued")
def test_a_worker_does_what_the_hall_began() -> None:
    clerk = person("clerk1")
    with worker() as running:
        found = checked(clerk)
        assert imports.found(found).effect["people"] == 300
        assert int(of(found.id).runner.split(":")[1]) == running.pid
        taken = desk.progress(clerk, imports.take(clerk, IMPORT, found), wait=LONG)
    assert (taken.state, lines(clerk)) == (WorkState.DONE, 300)


@pytest.mark.nightly
def test_a_worker_killed_in_mid_import_loses_nothing_and_nothing_comes_twice(
    queued: Engine,
) -> None:
    clerk = person("clerk1")
    with ExitStack() as stack:
        first = stack.enter_context(worker())
        found = checked(clerk)
        with queued.begin() as holder:  # the import waits for the roster, in mid-transaction
            holder.execute(text("lock table base_adjustment_line in share mode"))
            taking = imports.take(clerk, IMPORT, found)
            until(lambda: of(taking).state is WorkState.RUNNING)
            time.sleep(1)
            assert of(taking).state is WorkState.RUNNING
            first.kill()
            first.wait(LONG)
            assert desk.progress(clerk, taking).is_live
        assert lines(clerk) == 0
        second = stack.enter_context(worker())
        taken = desk.progress(clerk, taking, wait=LONG)
        assert taken.state is WorkState.DONE
        assert int(of(taking).runner.split(":")[1]) == second.pid
    assert (of(taking).tries, lines(clerk)) == (2, 300)


@pytest.mark.usefixtures("queued")
def test_what_waits_without_a_job_is_sent_again_and_what_kills_workers_is_not() -> None:
    clerk = person("clerk1")
    begun = imports.begin(clerk, IMPORT, click="1", name="a.xlsx", content=filled(clerk, 6500))
    assert store.to_send_again() == []  # it was sent a moment ago
    with database.transaction() as session:
        work = session.scalars(select(Work)).one()
        work.started_at -= 2 * store.SETTLED
    assert store.to_send_again() == [(begun, IMPORT.check.code)]
    queue.send(begun, IMPORT.check.code)  # there already: one is enough
    with snapshot() as session:
        assert session.scalar(text("select count(*) from works_queue.procrastinate_jobs")) == 1
    for tries, state in ((2, WorkState.WAITING), (3, WorkState.LOST)):
        with database.transaction() as session:
            work = session.scalars(select(Work)).one()
            work.state, work.tries = WorkState.RUNNING, tries
            work.runner = f"{store.HOST}:99999999:gone"
        store.to_send_again()
        assert of(begun).state is state


def test_every_kind_has_a_code_of_its_own_that_workers_know() -> None:
    assert len(work_kinds.KINDS) == 14
    assert all(code == kind.code for code, kind in work_kinds.KINDS.items())


def test_a_queue_without_postgresql_is_refused(
    sqlite_db: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(queue.NoPostgreSQL):
        queue.prepare()
