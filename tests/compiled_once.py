"""Statements compiled once a process, not once a test (语句缓存), as in a hall, whose one engine stays.

Each test has an engine of its own; all on one kind of database share what the first has compiled.
"""

from typing import Any

from sqlalchemy import Engine, event

from data import database, engines

_kept: dict[str, tuple[Any, Any]] = {}
"""By the kind of database: its dialect, which has asked the database what it can, and its statements."""


def begin() -> None:
    database.open_engine = _open_engine  # type: ignore[attr-defined]


def _open_engine(url: str) -> Engine:
    engine = engines.open_engine(url)
    kind = engine.dialect.name
    if kind in _kept:
        engine.dialect, engine._compiled_cache = _kept[kind]
    else:
        event.listen(engine, "connect", lambda *_: _keep(kind, engine))
    return engine


def _keep(kind: str, engine: Engine) -> None:
    _kept.setdefault(kind, (engine.dialect, engine._compiled_cache))
