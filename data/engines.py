"""Engines wired for money (数据库引擎): SQLite with the care it needs, and no text that no database keeps.

SQLite needs care that PostgreSQL does not (measured: the defaults lose updates): the driver's
own transactions are off, and a writing transaction begins IMMEDIATE.
"""

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

try:
    # SQLite before 3.51.3 can damage a database in WAL mode; this build brings a newer one.
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # pragma: no cover — platforms without a wheel
    import sqlite3 as sqlite

SAFE_WAL = (3, 51, 3)
BUSY_SECONDS = 10
#: Controls but for tabs and line ends, halves of pairs, marks that turn the letters after them round.
_UNFIT = re.compile(
    "[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)
_UNFIT_ESCAPED = re.compile(r"\\u00(?:0[0-8bcefBCEF]|1[0-9a-fA-F])")


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
    context: Any, _is_many: object,  # noqa: ANN401
) -> None:  # fmt: skip
    if context and context.execution_options.get("numbers"):
        return  # twenty thousand rows without a text in them
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
