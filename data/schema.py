"""The schema as a whole (数据库结构): every table known, made where missing, watched at every start."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from data import migrating, schema_objects, structure
from data.base import Base
from data.models import (
    audit,
    base_adjustment,
    case,
    deferral,
    evidence,
    holiday,
    ledger,
    people,
    policy,
    proposal,
    record,
    register,
    registration,
    remittance,
    slip,
    status_change,
    summary,
    work,
)

MODELS = (
    audit, base_adjustment, case, deferral, evidence, holiday, ledger, people, policy, proposal,
    record, register, registration, remittance, slip, status_change, summary, work,
)  # fmt: skip


MOST_SHOWN: Final = 5


class Unfit(Exception):
    """The database is not what this program works on; the words say what to do."""


def create(engine: Engine) -> None:
    """Make what an empty database lacks, bring an older one to the present structure.

    Raises Unfit where nobody answers, or where there are tables that no revision made.
    """
    with _reached(engine) as connection:
        there = inspect(connection).get_table_names()
        at = migrating.revision(connection)
    if at:
        migrating.upgrade(engine)
    elif "employer" not in there:
        with engine.execution_options(writes=True).begin() as connection:
            Base.metadata.create_all(connection)
            schema_objects.apply(connection)
            migrating.stamp(connection)
    else:
        raise Unfit(
            "数据库不是由本系统建立的，或建立于迁移功能之前；演示数据请运行 make demo-reset 重建"
        )


def revision(engine: Engine) -> str | None:
    """Return the revision that the database is at, None for none. Raises Unfit where nobody answers."""
    with _reached(engine) as connection:
        return migrating.revision(connection)


@contextmanager
def _reached(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except OperationalError as away:
        address = engine.url.render_as_string(hide_password=True)
        raise Unfit(f"无法连接数据库{address}，请检查DATABASE_URL和数据库是否已启动") from away
    with connection:
        yield connection


def drop(engine: Engine) -> None:
    """Forget everything: for demo data only."""
    Base.metadata.drop_all(engine)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def require(engine: Engine) -> None:
    """Raise Unfit unless the database has exactly the present structure, triggers and all."""
    at = revision(engine)
    if at is None:
        raise Unfit("数据库尚未建立，请先运行 make migrate")
    if at != migrating.head():
        raise Unfit(
            f"数据库版本{at}与程序版本{migrating.head()}不一致，请先备份并运行 make migrate"
        )
    if found := structure.differences(engine):
        shown = "；".join(found[:MOST_SHOWN])
        raise Unfit(f"数据库结构与程序不一致（{len(found)}处）：{shown}。请联系系统管理员核查")
