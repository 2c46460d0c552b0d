"""Bringing a database to the present structure (数据库迁移), by Alembic's revisions.

Everything happens in one transaction, under a lock that keeps a second server from doing the same.
There is no way down: back is to restore the backup made before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect, text

from data import schema_objects
from data.engines import open_engine

#: The advisory lock's number: any that nothing else in this database uses.
LOCK: Final = 5226_02


def head() -> str:
    """Return the newest revision."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def revision(connection: Connection) -> str | None:
    """Return the revision that the database is at, or None: it was never made, or not by this."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run the revisions that the database lacks; the triggers are off meanwhile and stand after."""
    with _alone(engine) as connection:
        if revision(connection):
            schema_objects.drop(connection)
        command.upgrade(config(connection), to)
        if inspect(connection).has_table("audit_head"):
            schema_objects.apply(connection)
        if to == "head":
            schema_objects.remake_indexes(connection)


def stamp(connection: Connection) -> None:
    """Note that the database is at the newest revision: it was made from the models just now."""
    command.stamp(config(connection), "head")


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that nobody else migrates in."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            yield connection
        return
    # Rebuilding a table drops the old one; with its foreign keys watched that would empty others.
    free = open_engine(engine.url.render_as_string(hide_password=False))
    event.listen(free, "connect", _without_foreign_keys)
    try:
        with free.execution_options(writes=True).begin() as connection:
            yield connection
            if faults := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise BrokenReferences(faults)
    finally:
        free.dispose()


class BrokenReferences(Exception):
    """A revision left rows that point nowhere: all of it is rolled back."""


def _without_foreign_keys(connection: Any, _record: object) -> None:  # noqa: ANN401 — the driver has no type
    connection.execute("PRAGMA foreign_keys=OFF")


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, with the connection that `migrations/env.py` is to use."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    found.attributes["connection"] = connection
    return found
