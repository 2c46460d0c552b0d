"""An old database becomes the present one with all it holds; one that is not ours is not served."""

import hashlib
from collections.abc import Iterator
from datetime import date

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, create_engine, func, inspect, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateIndex, CreateTable

from data import database, engines, migrating, schema, schema_objects, structure
from data.base import Base
from data.database import snapshot, transaction
from data.enums import AuditAction, Role
from data.models.audit import AuditEvent
from data.models.case import Case
from data.models.register import Contributor
from services import audit
from services.summary import verify
from tests import figures

pytestmark = pytest.mark.usefixtures("db", "storage")


@pytest.fixture
def empty(db: Engine, request: pytest.FixtureRequest, tmp_path) -> Iterator[Engine]:
    """A database with nothing in it, of the same kind as `db`."""
    if db.dialect.name == "sqlite":
        fresh = engines.open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        yield fresh
        fresh.dispose()
        return
    admin = create_engine(db.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE empty_hall TEMPLATE template0"))
    fresh = engines.open_engine(db.url.set(database="empty_hall").render_as_string(False))
    yield fresh
    fresh.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE empty_hall WITH (FORCE)"))
    admin.dispose()


def copy(source: Connection, target: Connection) -> dict[str, int]:
    """Put the demo fixture's rows where the target has such tables and columns; return the counts."""
    there = inspect(target)
    counts = {}
    for table in Base.metadata.sorted_tables:
        if not there.has_table(table.name):
            continue
        names = [column["name"] for column in there.get_columns(table.name)]
        listed = ", ".join(f'"{name}"' for name in names)
        rows = source.exec_driver_sql(f'SELECT {listed} FROM "{table.name}"').all()
        for row in rows:
            marks = ", ".join(f":{name}" for name in names)
            target.execute(
                text(f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})'),
                dict(zip(names, row, strict=True)),
            )
        counts[table.name] = len(rows)
    return counts


def test_the_revisions_make_what_the_models_declare(empty: Engine) -> None:
    migrating.upgrade(empty)
    assert structure.differences(empty) == [], (
        "the models have moved: python -m data.migrations.propose WORDS drafts the revision"
    )
    schema.require(empty)


def test_an_index_that_alembic_does_not_compare_changes_with_a_revision() -> None:
    made = sorted(
        str(CreateIndex(one).compile(dialect=sqlite.dialect()))
        for one in schema_objects.special_indexes()
    )
    digest = hashlib.sha256("\n".join(made).encode()).hexdigest()[:16]
    assert (len(made), digest, migrating.head()) == (11, "ef998ee6c4e17d41", "0011"), (
        "databases that are there get what has changed by a revision, be it empty: propose one, then "
        "write here what it leads to"
    )


def test_a_database_of_yesterday_is_sent_to_be_migrated_and_then_served(empty: Engine) -> None:
    migrating.upgrade(empty, "0010")
    with pytest.raises(schema.Unfit, match="请先备份并运行 make migrate"):
        schema.require(empty)
    schema.create(empty)
    schema.require(empty)


def test_a_reminder_sent_before_says_of_which_month_it_reminds(db: Engine, empty: Engine) -> None:
    migrating.upgrade(empty, "0001")
    with db.connect() as source, empty.execution_options(writes=True).begin() as target:
        copy(source, target)
    migrating.upgrade(empty, "0010")
    reminder = "尊敬的凯里某单位，贵单位2026年5月公积金尚未入账，请尽快汇缴"
    with empty.execution_options(writes=True).begin() as target:
        target.execute(text("DELETE FROM message"))
        for number, said in (
            (1, reminder),
            (2, reminder.replace("尚未入账，请尽快汇缴", "已入账")),
        ):
            target.execute(
                text(
                    "INSERT INTO message (id, employer_id, kind, text, channel, sent_at) VALUES"
                    " (:id, 1, 'remittance', :said, 'hall', '2026-07-03 02:00:00.000000')"
                ),
                {"id": number, "said": said},
            )
    migrating.upgrade(empty)
    with empty.connect() as connection:
        found = connection.execute(text("SELECT reminds_of FROM message ORDER BY id")).all()
    assert [month for (month,) in found] == [202605, None]


def test_the_first_state_with_its_data_becomes_the_present_one(db: Engine, empty: Engine) -> None:
    migrating.upgrade(empty, "0001")
    with db.connect() as source, empty.execution_options(writes=True).begin() as target:
        before = copy(source, target)
    assert before["contributor"] > 300
    migrating.upgrade(empty)
    schema.require(empty)
    database.connect(empty.url.render_as_string(hide_password=False))
    with transaction() as session:
        verify.rebuild(session)
        audit.record(session, None, AuditAction.ENTERED, "case:1")
    with snapshot() as session:
        after = {
            name: session.scalar(select(func.count()).select_from(Base.metadata.tables[name]))
            for name in before
        }
        assert session.scalars(select(func.sum(Contributor.base))).one() > 0
        assert session.scalars(select(func.count()).select_from(AuditEvent)).one() == 1
    assert after == before
    assert verify.differences() == []
    revisions = len(list(ScriptDirectory.from_config(migrating.config()).walk_revisions()))
    figures.record(
        26, f"{revisions} of {revisions} revisions, {sum(before.values()):,} rows kept",
        part=db.dialect.name, reached=True, is_whole=True,
    )  # fmt: skip


def test_what_waited_before_is_in_its_officers_queue(db: Engine, empty: Engine) -> None:
    migrating.upgrade(empty, "0001")
    with db.connect() as source, empty.execution_options(writes=True).begin() as target:
        copy(source, target)
        for number, kind, level in ((1, "deferral", 2), (2, "base_adjustment", 1)):
            target.execute(
                text(
                    'INSERT INTO "case" (id, serial, employer_id, kind, status, level, version, form,'
                    " effective_month, started_by, started_at, submitted_by, submitted_at) VALUES"
                    " (:id, :id, 1, :kind, 'pending', :level, 2, '{}', 202607, 1, :at, 1, :at)"
                ),
                {"id": number, "kind": kind, "level": level, "at": "2026-07-03 02:00:00.000000"},
            )
    migrating.upgrade(empty)
    database.connect(empty.url.render_as_string(hide_password=False))
    with snapshot() as session:
        found = session.execute(select(Case.waits_for, Case.due_on).order_by(Case.id)).all()
    assert found == [(Role.SENIOR_REVIEWER, date(2026, 7, 17)), (Role.REVIEWER, date(2026, 7, 8))]


def test_the_triggers_stand_after_every_revision(db: Engine, empty: Engine) -> None:
    migrating.upgrade(empty)
    migrating.upgrade(empty)
    with pytest.raises(DatabaseError), empty.execution_options(writes=True).begin() as connection:
        connection.execute(text("DELETE FROM audit_head"))


def test_a_revision_that_fails_changes_nothing(db: Engine, empty: Engine, monkeypatch) -> None:
    migrating.upgrade(empty, "0001")
    before = structure.read(empty)
    monkeypatch.setattr(schema_objects, "apply", lambda _connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrating.upgrade(empty)
    assert structure.read(empty) == before
    with empty.connect() as connection:
        assert migrating.revision(connection) == "0001"


def test_an_empty_or_older_database_is_not_served(empty: Engine) -> None:
    with pytest.raises(schema.Unfit, match="数据库尚未建立，请先运行 make migrate"):
        schema.require(empty)
    migrating.upgrade(empty, "0001")
    with pytest.raises(schema.Unfit, match="数据库版本0001与程序版本"):
        schema.require(empty)


def test_tables_that_no_revision_made_are_left_alone(empty: Engine) -> None:
    with empty.execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE employer (id INTEGER)"))
    with pytest.raises(schema.Unfit, match="不是由本系统建立的"):
        schema.create(empty)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DROP INDEX uq_case_live", "缺少：索引 uq_case_live"),
        ("ALTER TABLE employer ADD COLUMN secret VARCHAR(9)", "多余：employer.secret"),
        ("DROP TABLE slip", "缺少：表slip"),
        ("DROP TRIGGER audit_head_no_delete{on_head}", "缺少：触发器 audit_head_no_delete"),
        ("ALTER TABLE audit_event {disable}", "多余：触发器 audit_event_in_chain"),
    ],
)
def test_a_database_that_somebody_changed_is_not_served(
    db: Engine, statement: str, named: str
) -> None:
    is_sqlite = db.dialect.name == "sqlite"
    if "{disable}" in statement and is_sqlite:
        statement = "DROP TRIGGER audit_event_in_chain"
        named = "缺少：触发器 audit_event_in_chain"
    words = {"on_head": "" if is_sqlite else " ON audit_head"}
    words["disable"] = "DISABLE TRIGGER audit_event_in_chain"
    schema.require(db)
    with db.execution_options(writes=True).begin() as connection:
        connection.execute(text(statement.format(**words)))
    with pytest.raises(schema.Unfit, match="数据库结构与程序不一致"):
        schema.require(db)
    assert any(line.startswith(named) for line in structure.differences(db))


def test_every_constraint_has_a_name(db: Engine) -> None:
    nameless = [line for line in structure.read(db) if " None " in line]
    # SQLite counts upwards only where the key stands with its column, and there none has a name.
    is_sqlite = db.dialect.name == "sqlite"
    once = [table.name for table in Base.metadata.sorted_tables if _is_counted_once(table)]
    assert sorted(nameless) == [f"{name}.主键 None ['id']" for name in sorted(once) if is_sqlite]


def _is_counted_once(table: Table) -> bool:
    return bool(table.dialect_options["sqlite"]["autoincrement"])


def test_a_table_that_may_reuse_an_id_is_told(empty: Engine) -> None:
    """PostgreSQL's sequences never go back: there the words are the same without it."""
    words = CreateTable(Base.metadata.tables["work"]).compile(empty)
    migrating.upgrade(empty)
    with empty.execution_options(writes=True).begin() as connection:
        connection.execute(text("DROP TABLE work"))
        connection.execute(text(str(words).replace("AUTOINCREMENT", "")))
    lost = [line.strip() for line in structure.differences(empty)]
    assert ("缺少：编号不重用 work" in lost) == (empty.dialect.name == "sqlite")


def test_looking_leaves_nothing_behind(db: Engine) -> None:
    structure.expected(db)
    with db.connect() as connection:
        names = inspect(connection).get_schema_names()
    assert structure.SCRATCH not in names
