"""What SQLAlchemy's tables do not say (触发器): the triggers that make the audit append-only.

`apply` may run again and again; it runs after every change of the schema, because SQLite drops a
table's triggers when a migration rebuilds the table.
"""

from typing import Final

from sqlalchemy import Column, Connection, Index

from data.base import Base
from data.chain import START

_SQLITE: Final = {
    "audit_event_no_update": """
        BEFORE UPDATE ON audit_event BEGIN
            SELECT RAISE(ABORT, 'audit_event is append-only');
        END""",
    "audit_event_no_delete": """
        BEFORE DELETE ON audit_event BEGIN
            SELECT RAISE(ABORT, 'audit_event is append-only');
        END""",
    "audit_event_in_chain": """
        BEFORE INSERT ON audit_event
        WHEN NOT EXISTS (
            SELECT 1 FROM audit_head
            WHERE id = 1 AND NEW.seq = seq + 1 AND NEW.prev = hash AND length(NEW.hash) = 32
        ) BEGIN
            SELECT RAISE(ABORT, 'audit_event must continue the chain');
        END""",
    "audit_event_moves_head": """
        AFTER INSERT ON audit_event BEGIN
            UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;
        END""",
    "audit_head_follows": """
        BEFORE UPDATE ON audit_head
        WHEN NEW.id <> 1 OR NEW.seq <> OLD.seq + 1 OR NOT EXISTS (
            SELECT 1 FROM audit_event WHERE seq = NEW.seq AND hash = NEW.hash
        ) BEGIN
            SELECT RAISE(ABORT, 'audit_head follows audit_event');
        END""",
    "audit_head_no_delete": """
        BEFORE DELETE ON audit_head BEGIN
            SELECT RAISE(ABORT, 'audit_head stays');
        END""",
    "audit_head_no_second": """
        BEFORE INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head) BEGIN
            SELECT RAISE(ABORT, 'audit_head stays');
        END""",
}

_POSTGRESQL_FUNCTIONS: Final = {
    "audit_refuse": """
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END""",
    "audit_continue": """
        DECLARE head audit_head%ROWTYPE;
        BEGIN
            SELECT * INTO head FROM audit_head WHERE id = 1 FOR UPDATE;
            IF NOT FOUND OR NEW.seq <> head.seq + 1 OR NEW.prev <> head.hash
                OR length(NEW.hash) <> 32 THEN
                RAISE EXCEPTION 'audit_event must continue the chain';
            END IF;
            UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;
            RETURN NEW;
        END""",
    "audit_follow": """
        BEGIN
            IF pg_trigger_depth() < 2 OR NEW.id <> 1 OR NEW.seq <> OLD.seq + 1 THEN
                RAISE EXCEPTION 'audit_head follows audit_event';
            END IF;
            RETURN NEW;
        END""",
}
_POSTGRESQL: Final = {
    "audit_event_no_change": (
        "BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW", "audit_refuse"),
    "audit_event_no_truncate": (
        "BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT", "audit_refuse"),
    "audit_event_in_chain": ("BEFORE INSERT ON audit_event FOR EACH ROW", "audit_continue"),
    "audit_head_follows": ("BEFORE UPDATE ON audit_head FOR EACH ROW", "audit_follow"),
    "audit_head_no_delete": ("BEFORE DELETE ON audit_head FOR EACH ROW", "audit_refuse"),
    "audit_head_no_truncate": ("BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT", "audit_refuse"),
}  # fmt: skip


def apply(connection: Connection) -> None:
    """Make every trigger as it stands here, whatever was there before, and the chain's first head."""
    drop(connection)
    _seed(connection)
    run = connection.exec_driver_sql
    if connection.dialect.name == "sqlite":
        for name, rest in _SQLITE.items():
            run(f"CREATE TRIGGER {name} {rest}")
        return
    for name, body in _POSTGRESQL_FUNCTIONS.items():
        head = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        run(f"{head} $body${body}$body$".replace("%", "%%"))
    for name, (when, function) in _POSTGRESQL.items():
        run(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()")


def drop(connection: Connection) -> None:
    """Drop every trigger, for as long as a migration rebuilds their tables."""
    is_sqlite = connection.dialect.name == "sqlite"
    for name in _SQLITE if is_sqlite else _POSTGRESQL:
        table = "" if is_sqlite else f" ON {name[: name.index('_', len('audit_'))]}"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{table}")


def remake_indexes(connection: Connection) -> None:
    """Make every index that has a condition or an expression as the models have it now.

    Alembic compares neither, and a rule such as one live case a business stands on them.
    """
    for index in special_indexes():
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index.name}")
        index.create(connection)


def special_indexes() -> list[Index]:
    """Return those indexes."""
    tables = Base.metadata.tables.values()
    return [index for table in tables for index in table.indexes if _is_special(index)]


def _is_special(index: Index) -> bool:
    conditions = (index.dialect_options[name]["where"] for name in ("sqlite", "postgresql"))
    return any(one is not None for one in conditions) or not all(
        isinstance(expression, Column) for expression in index.expressions
    )


def _seed(connection: Connection) -> None:
    """Begin the chain, where nobody has."""
    mark = "x'{}'" if connection.dialect.name == "sqlite" else "'\\x{}'"
    connection.exec_driver_sql(
        f"INSERT INTO audit_head (id, seq, hash) SELECT 1, 0, {mark.format(START.hex())} "  # noqa: S608
        "WHERE NOT EXISTS (SELECT 1 FROM audit_head)"
    )
