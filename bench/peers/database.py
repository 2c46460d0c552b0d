"""The database under the plain scripts: the hall's own file, opened as anybody would open it."""

from pathlib import Path

from pysqlite3 import dbapi2
from sqlalchemy import Engine, create_engine, event, text


def connect(path: Path) -> Engine:
    """Open a copy of the hall's database, with the same SQLite and the same durability."""
    engine = create_engine(f"sqlite:///{path}", module=dbapi2)

    @event.listens_for(engine, "connect")
    def prepare(connection, _record) -> None:  # noqa: ANN001
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def reset(engine: Engine) -> None:
    """Leave the open case without lines, and nothing for the next commit to tidy up."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM base_adjustment_line"))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def stored(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM base_adjustment_line")).scalar_one()
