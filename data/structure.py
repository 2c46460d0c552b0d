"""The structure of a database (数据库结构): every column, constraint, index and trigger, as lines to compare.

What it should be is not written down a second time: the models are made in an empty place (SQLite: in
memory; PostgreSQL: a schema that is rolled back) and read by the same eyes.
"""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, Inspector, create_engine, inspect, text
from sqlalchemy.exc import SAWarning

from data import schema_objects
from data.base import Base

SCRATCH: Final = "hall_expected"
Lines = frozenset[str]
_made: dict[tuple[object, ...], Lines] = {}
_SQLITE_OBJECTS: Final = {
    "索引": """
        SELECT name, tbl_name, sql FROM sqlite_master
        WHERE type = 'index' AND sql IS NOT NULL AND :place = 'public'""",
    "触发器": """
        SELECT name, tbl_name, sql FROM sqlite_master
        WHERE type = 'trigger' AND :place = 'public'""",
    "编号不重用": """
        SELECT '', tbl_name, '' FROM sqlite_master
        WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND :place = 'public'""",
}
_POSTGRESQL_OBJECTS: Final = {
    "索引": """
        SELECT indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = :place""",
    "触发器": """
        SELECT t.tgname, c.relname,
            pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text || ' ' || p.prosrc
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND n.nspname = :place""",
}


def differences(engine: Engine) -> list[str]:
    """Return each line that the database lacks (缺少) or has beyond the models (多余)."""
    found, wanted = read(engine), _wanted(engine)
    lacks = [f"缺少：{line}" for line in sorted(wanted - found)]
    return lacks + [f"多余：{line}" for line in sorted(found - wanted)]


def _wanted(engine: Engine) -> Lines:
    """Return what is expected, made once: the models of a process stay as they are."""
    with engine.connect():  # the dialect does not know its server before
        kind = engine.dialect.name, engine.dialect.server_version_info
    if kind not in _made:
        _made[kind] = expected(engine)
    return _made[kind]


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
    there = sorted(set(inspector.get_table_names(schema)) & set(Base.metadata.tables))
    yield from (f"表{table}" for table in there)
    for table, line in _facts(inspector, there, schema):
        yield f"{table}.{_plain(line, schema)}"
    yield from (_plain(line, schema) for line in _objects(connection, schema))


def _facts(
    inspector: Inspector, tables: Sequence[str], schema: str | None
) -> Iterator[tuple[str, str]]:
    """Yield what each table consists of. All tables are asked for at once: PostgreSQL answers in one go."""
    asked: Any = {"schema": schema, "filter_names": tables}
    for (_, table), columns in inspector.get_multi_columns(**asked).items():
        for column in columns:
            wants = "NULL" if column["nullable"] else "NOT NULL"
            default = f" DEFAULT {column['default']}" if column.get("default") else ""
            yield table, f"{column['name']} {column['type']!s} {wants}{default}"
    for (_, table), primary in inspector.get_multi_pk_constraint(**asked).items():
        yield table, f"主键 {primary['name']} {primary['constrained_columns']}"
    with warnings.catch_warnings():
        # It looks past indexes of expressions, and says so; those are read by `_objects`.
        warnings.simplefilter("ignore", SAWarning)
        uniques = inspector.get_multi_unique_constraints(**asked)
    for (_, table), found in uniques.items():
        for unique in found:
            yield table, f"唯一 {unique['name']} {unique['column_names']}"
    for (_, table), checks in inspector.get_multi_check_constraints(**asked).items():
        for check in checks:
            yield table, f"检查 {check['name']} {check['sqltext']}"
    for (_, table), foreigns in inspector.get_multi_foreign_keys(**asked).items():
        for foreign in foreigns:
            target = f"{foreign['referred_table']}{foreign['referred_columns']}"
            yield table, f"外键 {foreign['name']} {foreign['constrained_columns']} {target}"


def _objects(connection: Connection, schema: str | None) -> Iterator[str]:
    """Yield every index and trigger with its text: one trigger too many may undo what another does."""
    is_sqlite = connection.dialect.name == "sqlite"
    queries = _SQLITE_OBJECTS if is_sqlite else _POSTGRESQL_OBJECTS
    for kind, query in queries.items():
        for name, table, words in connection.execute(text(query), {"place": schema or "public"}):
            if table in Base.metadata.tables:
                # a parted table's index is the parts' as well
                said = " ".join(words.split()).replace(" ON ONLY ", " ON ")
                yield f"{kind} {name or table} {said}"


def _plain(line: str, schema: str | None) -> str:
    """Return a line without the name of the place that it was read in."""
    place = schema or "public"
    return line.replace(f'"{place}".', "").replace(f"{place}.", "")
