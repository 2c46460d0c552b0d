"""Many rows at once, by the fastest way each driver has, inside the session's own transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

from sqlalchemy import Engine, Index, Integer, Select, Table, event, inspect, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, DropIndex

from data.base import Base, YuanType

#: What PostgreSQL may use for a load's sorts and joins, instead of spilling them to the disk.
_ROOM: Final = {"work_mem": "128MB", "maintenance_work_mem": "256MB"}
_ROWS: Final = 5_000
_PAGES: Final = 256 * 1024  # KiB


def with_room(engine: Engine) -> None:
    """Let SQLite keep what a load writes and reads again in memory, instead of two megabytes of it."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _give_room)


def _give_room(connection: Any, _record: object) -> None:  # noqa: ANN401 — the driver has no type
    connection.execute(f"PRAGMA cache_size=-{_PAGES}")


def insert(
    session: Session,
    model: type[Base],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Insert `rows`, given as the database stores them: money in whole fen, codes as text."""
    connection, table = session.connection(), table_of(model)
    names, types = ", ".join(columns), [table.c[name].type for name in columns]
    are_numbers = all(isinstance(one, (Integer, YuanType)) for one in types)
    if is_on_postgresql(session):
        driver: Any = connection.connection.driver_connection
        with driver.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            if are_numbers and not any(table.c[name].nullable for name in columns):
                for lines in _spelt(rows, len(columns)):
                    copy.write(lines)
                return
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    if many := list(map(tuple, rows)):
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})',  # noqa: S608
            many,
            execution_options={"numbers": are_numbers},
        )


def _spelt(rows: Iterable[Sequence[Any]], width: int) -> Iterator[str]:
    """Spell rows of whole numbers for COPY, some thousand at a time: the driver takes twice as long."""
    line, left = "\t".join(["%s"] * width) + "\n", iter(rows)
    while some := list(islice(left, _ROWS)):
        yield "".join([line % tuple(row) for row in some])


def tuples(
    session: Session, statement: Select[*tuple[Any, ...]], parameters: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """Return many rows as the driver gives them, in half the time: nothing in them is converted."""
    with session.connection().execute(statement, parameters) as result:
        return list(result.cursor.fetchall())


@contextmanager
def bare(session: Session, *models: type[Base]) -> Iterator[None]:
    """Take these models' indexes and references off while millions of rows are written, then put them back.

    One sort and one join at the end cost a fraction of a look-up a row. What does not hold is
    refused then, with the whole transaction. SQLite can take off only its indexes.
    """
    tables = [table_of(model) for model in models]
    indexes = [index for table in tables for index in sorted(table.indexes, key=_name)]
    rules = [rule for table in tables for rule in _rules(session, table)]
    for table, name, _ in rules:
        session.execute(text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'))
    for index in indexes:
        session.execute(DropIndex(index))
    if is_on_postgresql(session):
        for setting, room in _ROOM.items():
            session.execute(text(f"SET LOCAL {setting} = '{room}'"))
    yield
    for index in indexes:
        session.execute(CreateIndex(index))
    for table, name, words in reversed(rules):  # keys before what refers to them
        session.execute(text(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {words}'))
    counted(session, *models)


def _rules(session: Session, table: Table) -> list[tuple[str, str, str]]:
    """Return the table's references, and its key where no other table needs it, as PostgreSQL has them."""
    if not is_on_postgresql(session):
        return []
    found = session.execute(
        text(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint AS own "
            "WHERE conrelid = CAST(:name AS regclass) AND (contype = 'f' OR contype = 'p' AND NOT "
            "EXISTS (SELECT 1 FROM pg_constraint WHERE confrelid = own.conrelid)) "
            "ORDER BY contype, conname"
        ),
        {"name": f'"{table.name}"'},
    )
    return [(table.name, name, words) for name, words in found]


def _name(index: Index) -> str:
    return str(index.name)


def counted(session: Session, *models: type[Base]) -> None:
    """Let the database look at how many rows these tables have now, before it plans with them."""
    for model in models:
        session.execute(text(f'ANALYZE "{model.__tablename__}"'))


def table_of(model: type[Base]) -> Table:
    """Return the table that a model stands for."""
    table: Table = inspect(model).local_table  # type: ignore[assignment]  # a model's is no join
    return table


def is_on_postgresql(session: Session) -> bool:
    return session.connection().dialect.name == "postgresql"
