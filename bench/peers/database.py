"""The database under the plain scripts: the hall's own tables, opened as anybody would open them."""

from collections.abc import Sequence

from pysqlite3 import dbapi2
from sqlalchemy import Connection, Engine, create_engine, event, text

from bench import tidy
from bench.peers.rules import LINE

_COLUMNS, _MARKS = ", ".join(LINE), ", ".join("?" * len(LINE))


def connect(address: str) -> Engine:
    """Open a copy of the hall's database, with the same SQLite and the same durability."""
    if not address.startswith("sqlite"):
        return create_engine(address)
    engine = create_engine(address, module=dbapi2)

    @event.listens_for(engine, "connect")
    def prepare(connection, _record) -> None:  # noqa: ANN001
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def insert(connection: Connection, lines: Sequence[tuple[int, ...]]) -> None:
    """Write roster lines by the fastest way that each driver has."""
    if connection.dialect.name == "sqlite":
        statement = f"INSERT INTO base_adjustment_line ({_COLUMNS}) VALUES ({_MARKS})"
        connection.exec_driver_sql(statement, list(lines))
        return
    driver = connection.connection.driver_connection
    with driver.cursor().copy(f"COPY base_adjustment_line ({_COLUMNS}) FROM STDIN") as copy:
        for line in lines:
            copy.write_row(line)


def reset(engine: Engine) -> None:
    """Leave the open case without lines."""
    tidy.forget(engine, "base_adjustment_line")


def stored(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM base_adjustment_line")).scalar_one()
