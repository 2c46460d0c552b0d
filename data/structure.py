"""The structure of a database (数据库结构): every column, constraint, index and trigger, as lines to compare.

What it should be is not written down a second time: the models are made in an empty place (SQLite: in
memory; PostgreSQL: a schema that is rolled back) and read by the same eyes.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Engine, Inspector, create_engine, inspect, text

from data import schema_objects
from data.base import Base

SCRATCH: Final = "hall_expected"
Lines = frozenset[str]
_TRIGGERS: Final = """
    SELECT t.tgname, pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text || ' ' || p.prosrc
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND n.nspname = :place"""


def differences(engine: Engine) -> list[str]:
    """Return each line that the database lacks (缺少) or has beyond the models (多余)."""
    found, wanted = read(engine), expected(engine)
    lacks = [f"缺少：{line}" for line in sorted(wanted - found)]
    return lacks + [f"多余：{line}" for line in sorted(found - wanted)]


def read(engine: Engine) -> Lines:
    """Return the structure of the hall's own tables as they are."""
    with engine.connect() as connection:
        return frozenset(_lines(connection, None))


def expected(engine: Engine) -> Lines:
    """Return the structure that the models declare, in this kind of database."""
    if engine.dialect.name == "sqlite":
        memory = create_engine("sqlite://")
        with memory.begin() as connection:
            Base.metadata.create_all(connection)
            schema_objects.apply(connection)
            return frozenset(_lines(connection, None))
    with engine.connect() as connection, connection.begin() as undone:
        connection.execute(text(f"CREATE SCHEMA {SCRATCH}"))
        connection.execute(text(f"SET LOCAL search_path TO {SCRATCH}"))
        Base.metadata.create_all(connection, checkfirst=False)
        schema_objects.apply(connection)
        lines = frozenset(_lines(connection, SCRATCH))
        undone.rollback()
    return lines


def _lines(connection: Connection, schema: str | None) -> Iterator[str]:
    inspector = inspect(connection)
    there = set(inspector.get_table_names(schema))
    for table in sorted(Base.metadata.tables):
        if table in there:
            yield f"表{table}"
            for line in _table(inspector, table, schema):
                yield f"{table}.{_plain(line, schema)}"
    yield from (_plain(line, schema) for line in _triggers(connection, schema))


def _table(inspector: Inspector, table: str, schema: str | None) -> Iterator[str]:
    for column in inspector.get_columns(table, schema):
        wants = "NULL" if column["nullable"] else "NOT NULL"
        default = f" DEFAULT {column['default']}" if column.get("default") else ""
        yield f"{column['name']} {column['type']!s} {wants}{default}"
    primary = inspector.get_pk_constraint(table, schema)
    yield f"主键 {primary['name']} {primary['constrained_columns']}"
    for unique in inspector.get_unique_constraints(table, schema):
        yield f"唯一 {unique['name']} {unique['column_names']}"
    for check in inspector.get_check_constraints(table, schema):
        yield f"检查 {check['name']} {check['sqltext']}"
    for foreign in inspector.get_foreign_keys(table, schema):
        target = f"{foreign['referred_table']}{foreign['referred_columns']}"
        yield f"外键 {foreign['name']} {foreign['constrained_columns']} {target}"
    for index in inspector.get_indexes(table, schema):
        yield f"索引 {index['name']} {index['column_names']} {index['unique']} {_where(index)}"


def _where(index: Any) -> str:  # noqa: ANN401 — a reflected index
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where", "")))


def _triggers(connection: Connection, schema: str | None) -> Iterator[str]:
    """Yield every trigger on the hall's tables with its text: one too many may undo what one does."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
    else:
        found = connection.execute(text(_TRIGGERS), {"place": schema or "public"})
    for name, words in found:
        yield f"触发器 {name} {' '.join(words.split())}"


def _plain(line: str, schema: str | None) -> str:
    """Return a line without the name of the place that it was read in."""
    place = schema or "public"
    return line.replace(f'"{place}".', "").replace(f"{place}.", "")
