"""Which rows an act keeps for itself: what it asks PostgreSQL to lock (FOR UPDATE), on either database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Select, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import ORMExecuteState, Session


@contextmanager
def locked() -> Iterator[list[str]]:
    """Yield the tables whose rows have been locked, question by question; "" where none were."""
    tables: list[str] = []

    def note(asked: ORMExecuteState) -> None:
        if isinstance(asked.statement, Select):
            is_locked = "FOR UPDATE" in str(asked.statement.compile(dialect=postgresql.dialect()))
            table, *_ = asked.statement.get_final_froms()
            tables.append(table.description if is_locked else "")

    event.listen(Session, "do_orm_execute", note)
    try:
        yield tables
    finally:
        event.remove(Session, "do_orm_execute", note)
