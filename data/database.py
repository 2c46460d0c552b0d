"""Opens the database and the transactions on it.

SQLite's writers queue in order in this process, because its own waiting is not fair; how it is
wired for the rest stands in `data/engines.py`.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

import settings
from data import chain
from data.engines import open_engine
from data.fair_lock import FairLock

log = logging.getLogger("hall.data")
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
