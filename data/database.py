"""Opens the database and the transactions on it.

SQLite needs care that PostgreSQL does not (measured: the defaults lose updates): the driver's
own transactions are off, a writing transaction begins IMMEDIATE, and writers queue in order in
this process, because SQLite's own waiting is not fair.
"""

import json
import logging
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

import settings
from data import chain

try:
    # SQLite before 3.51.3 can damage a database in WAL mode; this build brings a newer one.
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # pragma: no cover — platforms without a wheel
    import sqlite3 as sqlite

log = logging.getLogger("hall.data")
SAFE_WAL = (3, 51, 3)
BUSY_SECONDS = 10
#: Controls but for tabs and line ends, halves of pairs, marks that turn the letters after them round.
_UNFIT = re.compile(
    "[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)
_UNFIT_ESCAPED = re.compile(r"\\u00(?:0[0-8bcefBCEF]|1[0-9a-fA-F])")


class FairLock:
    """A lock that is handed on in the order of asking. `threading.Lock` makes no such promise."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    def __enter__(self) -> Self:
        with self._guard:
            if not self._held:
                self._held = True
                return self
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


_reads: sessionmaker[Session] = sessionmaker(expire_on_commit=False)
_follows: sessionmaker[Session] = sessionmaker(expire_on_commit=False)
_writes: sessionmaker[Session] = sessionmaker(expire_on_commit=False)
_one_writer: AbstractContextManager[object] = nullcontext()
_engine: Engine | None = None
_glances: Engine | None = None
_audit_key = chain.Key(settings.AUDIT_KEY)
_here = threading.local()
_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


def connect(url: str, replica_url: str = "") -> Engine:
    """Point every later transaction at the database at `url`; return its engine.

    `replica_url` is a copy that follows it, which `replica` reads from.
    """
    global _engine, _glances, _one_writer, _audit_key  # noqa: PLW0603 — the one database of this process
    if _engine is not None:
        _engine.dispose()
    _engine = open_engine(url)
    follower = open_engine(replica_url) if replica_url else _engine
    _follows.configure(bind=follower.execution_options(postgresql_readonly=True))
    _audit_key = chain.Key(settings.AUDIT_KEY)
    _one_writer = FairLock() if _engine.dialect.name == "sqlite" else nullcontext()
    reading = _engine.execution_options(postgresql_readonly=True)
    _reads.configure(bind=reading)
    _glances = reading.execution_options(glances=True)
    _writes.configure(bind=_engine.execution_options(writes=True))
    return _engine


def engine() -> Engine:
    """Return the engine of the database that `connect` pointed at."""
    if _engine is None:
        raise NotConnected
    return _engine


class NotConnected(Exception):
    """`connect` comes first."""


def has_one_writer() -> bool:
    """Tell whether transactions that write follow one another, as in SQLite: they should be short."""
    return isinstance(_one_writer, FairLock)


def open_engine(url: str) -> Engine:
    """Return an engine wired for money: see the module's words on SQLite."""
    if not make_url(url).drivername.startswith("sqlite"):
        engine = create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True,
            json_serializer=_json,
        )  # fmt: skip
        event.listen(engine, "before_cursor_execute", _refuse_unfit)
        return engine
    if database := make_url(url).database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        module=sqlite,
        hide_parameters=True,  # they would stand in the words of an error
        json_serializer=_json,
        pool_size=10,
        max_overflow=90,
        pool_use_lifo=True,  # the one whose pages are still in memory
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _refuse_unfit)
    return engine


def sqlite_file(path: Path) -> Any:  # noqa: ANN401 — the driver has no type
    """Return the driver's own connection to a file: for copies of a whole database."""
    return sqlite.connect(path)


def journal_mode(driver: ModuleType = sqlite) -> str:
    """WAL where this SQLite is safe in it, the slower rollback journal otherwise."""
    return "WAL" if driver.sqlite_version_info >= SAFE_WAL else "DELETE"


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 — the driver has no type
    connection.isolation_level = None
    connection.execute(f"PRAGMA journal_mode={journal_mode()}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("glances"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


class UnfitText(ValueError):
    """Text with a control character, half of one, or a mark that turns others round: kept by nobody."""


def _refuse_unfit(
    _connection: Connection, _cursor: object, _statement: str, parameters: Any,  # noqa: ANN401
    *_: object,
) -> None:  # fmt: skip
    for row in parameters if isinstance(parameters, list) else (parameters,):
        for value in row.values() if isinstance(row, dict) else row:
            if type(value) is str and not value.isprintable() and _UNFIT.search(value):
                raise UnfitText


def _json(value: object) -> str:
    """Spell JSON so that what is unfit in it is seen."""
    text = json.dumps(value, ensure_ascii=False)
    if _UNFIT_ESCAPED.search(text):
        raise UnfitText
    return text


@contextmanager
def transaction(*, in_earnest: bool = False) -> Iterator[Session]:
    """Yield a session that may write; commit if the block ends, roll back if it raises.

    What `chain.note` was told meanwhile is committed with it: no audit, no change. In a rehearsal
    only what is `in_earnest` is kept: a refusal is one, whatever it came of.
    """
    with _one_writer, _writes() as session:
        _here.writes = True
        try:
            yield session
            if _rehearsing.get() and not in_earnest:
                session.rollback()
            else:
                chain.append(session, _audit_key)
                session.commit()
        finally:
            _here.writes = False


@contextmanager
def rehearsal() -> Iterator[None]:
    """Let every transaction inside do all it does, and keep nothing of it."""
    before = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(before)


def mark(session: Session) -> object:
    """Return what equals an earlier one only if nobody has written to a SQLite file since.

    It can be told on the same connection only: SQLite says there whether others have written, and
    the driver how many rows this one has. Anything else, and PostgreSQL always, is no equal.
    """
    if session.get_bind().dialect.name != "sqlite":
        return object()
    driver: Any = session.connection().connection.driver_connection
    return driver, driver.execute("PRAGMA data_version").fetchone(), driver.total_changes


def is_writing() -> bool:
    """Tell whether this thread stands inside a transaction."""
    return getattr(_here, "writes", False)


@contextmanager
def snapshot() -> Iterator[Session]:
    """Yield a session that only reads. What is changed in it is not kept."""
    with _reads(autoflush=False) as session:
        yield session


@contextmanager
def glance() -> Iterator[Connection]:
    """Yield a connection for one statement that reads tables: a session would outweigh it.

    One statement sees one state of the database; SQLite is spared a transaction around it.
    """
    if _glances is None:
        raise NotConnected
    with _glances.connect() as connection:
        yield connection


@contextmanager
def replica() -> Iterator[Session]:
    """Yield a session that only reads, from the replica where there is one and it answers.

    It is some seconds behind: for charts, never for what somebody is about to act upon.
    """
    with _follows(autoflush=False) as session:
        try:
            session.connection()
        except OperationalError:
            log.warning("replica_away")
        else:
            yield session
            return
    with snapshot() as session:
        yield session
