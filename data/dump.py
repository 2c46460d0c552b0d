"""A database in files, and files as a database again (数据转储): what backup and restore are made of.

SQLite by its own backup interface: a copied file would be torn (60 of 60, measured). PostgreSQL table by
table with COPY, in one snapshot: no client programs whose version has to fit the server's.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, inspect, text

from data import migrating, schema, schema_objects
from data.engines import sqlite_file
from data.models.audit import AuditHead

FILE: Final = "hall.db"
#: What a dump says of itself: kind, revision, and for each table its columns and rows.
Facts = dict[str, Any]


class NotEmpty(Exception):
    """The target holds something already."""


def write(engine: Engine, folder: Path) -> Facts:
    """Write the whole database into `folder`, as of one moment; return what was written."""
    with _one_moment(engine) as connection:
        tables = _tables(connection)
        facts: Facts = {
            "kind": engine.dialect.name,
            "revision": migrating.revision(connection),
            "tables": {
                name: {"columns": columns, "rows": _count(connection, name)}
                for name, columns in tables.items()
            },
        }
        driver: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            _copy_sqlite(driver, folder / FILE)
        else:
            for name, columns in tables.items():
                _copy_out(driver, name, columns, folder / f"{name}.copy.gz")
    return facts


def load(engine: Engine, folder: Path, facts: Facts) -> None:
    """Make the database of `engine`, which is empty, what the dump was. Raises NotEmpty."""
    if not is_empty(engine):
        raise NotEmpty
    if engine.dialect.name == "sqlite":
        _restore_sqlite(engine, folder / FILE)
        return
    if facts["revision"] == migrating.head():
        schema.create(engine)
    else:
        migrating.upgrade(engine, facts["revision"])
    with engine.begin() as connection:
        _take_your_time(connection)
        schema_objects.drop(connection)
        connection.execute(delete(AuditHead))
        driver: Any = connection.connection.driver_connection
        for table in _in_order(connection):
            listed = facts["tables"].get(table)
            if listed and table != "alembic_version":
                _copy_in(driver, table, listed["columns"], folder / f"{table}.copy.gz")
                _go_on_counting(connection, table, listed["columns"])
        schema_objects.apply(connection)


def is_empty(engine: Engine) -> bool:
    with engine.connect() as connection:
        return not _tables(connection)


def set_aside(engine: Engine) -> str:
    """Put what the database holds out of the way, destroying nothing; return where it is now."""
    stamp = f"before_{datetime.now(UTC):%Y%m%d%H%M%S}"
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(f"ALTER SCHEMA public RENAME TO {stamp}"))
            connection.execute(text("CREATE SCHEMA public"))
        return stamp
    engine.dispose()
    path = Path(str(engine.url.database))
    for one in path.parent.glob(f"{path.name}*"):
        if one.name in {path.name, f"{path.name}-wal", f"{path.name}-shm"}:
            one.rename(one.with_name(one.name.replace(path.name, f"{path.name}.{stamp}", 1)))
    return f"{path}.{stamp}"


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one state of everything, whatever is committed meanwhile."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    reading = engine if engine.dialect.name == "sqlite" else engine.execution_options(**options)
    with reading.connect() as connection:
        _take_your_time(connection)
        yield connection


def _take_your_time(connection: Connection) -> None:
    """Lift the limit that is there for people's requests: a large table takes minutes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def _tables(connection: Connection) -> dict[str, list[str]]:
    there = inspect(connection)
    return {
        name: [column["name"] for column in there.get_columns(name)]
        for name in there.get_table_names()
    }


def _in_order(connection: Connection) -> list[str]:
    """Return the tables, what is referred to before what refers to it."""
    found = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _ in found if name]


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())  # noqa: S608


def _copy_sqlite(driver: Any, path: Path) -> None:  # noqa: ANN401 — the driver has no type
    copy = sqlite_file(path)
    try:
        driver.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()


def _restore_sqlite(engine: Engine, source: Path) -> None:
    target = Path(str(engine.url.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    engine.dispose()
    for leftover in (target, *target.parent.glob(f"{target.name}-*")):
        leftover.unlink(missing_ok=True)  # an empty database, as was just seen
    backup, fresh = sqlite_file(source), sqlite_file(target)
    try:
        backup.backup(fresh)
    finally:
        backup.close()
        fresh.close()


def _copy_out(driver: Any, table: str, columns: list[str], path: Path) -> None:  # noqa: ANN401
    with (
        gzip.open(path, "wb", compresslevel=1) as file,
        driver.cursor().copy(f'COPY "{table}" ({_listed(columns)}) TO STDOUT') as copy,
    ):
        for block in copy:
            file.write(block)


def _copy_in(driver: Any, table: str, columns: list[str], path: Path) -> None:  # noqa: ANN401
    with (
        gzip.open(path, "rb") as file,
        driver.cursor().copy(f'COPY "{table}" ({_listed(columns)}) FROM STDIN') as copy,
    ):
        while block := file.read(1 << 20):
            copy.write(block)


def _go_on_counting(connection: Connection, table: str, columns: list[str]) -> None:
    """Let the table's own numbers go on after the last one loaded."""
    if "id" not in columns:
        return
    asked = {"table": f'"{table}"'}
    counter = connection.scalar(text("SELECT pg_get_serial_sequence(:table, 'id')"), asked)
    if counter:
        last = connection.scalar(text(f'SELECT max(id) FROM "{table}"'))  # noqa: S608
        set_to = {"counter": counter, "last": last or 1, "is_used": last is not None}
        connection.execute(text("SELECT setval(:counter, :last, :is_used)"), set_to)


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
