"""The drill: a backup is made, more is done, the backup comes back; what is lost is said, all else holds."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select, text

import backup as backup_command
import restore as restore_command
import settings
import verify as verify_command
from data import chain, database, dump, schema, schema_objects, structure
from data.base import Base
from data.bulk import insert
from data.database import snapshot, transaction
from data.models.audit import AuditEvent
from data.models.case import Case
from data.models.people import UserSession
from services import audit_heads, audit_verify, backup, inbox, restore, review, sessions
from services.actor import Actor
from services.files.storage import DocumentMissing
from tests import figures
from tests.rosters import submitted
from tests.test_audit_tampering import COLUMNS, filled, repair_head
from tests.web.conftest import open_session

pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def place(db: Engine, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hall's data, backups and heads in folders of this test alone."""
    monkeypatch.setattr(settings, "BACKUPS", storage / "backups")
    monkeypatch.setattr(settings, "AUDIT_HEADS", storage / "heads")
    monkeypatch.setattr(settings, "HEADS_KEY", storage / "heads.key")
    monkeypatch.setattr(settings, "DATABASE_URL", url(db))


@pytest.fixture
def other(db: Engine, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the same kind."""
    if db.dialect.name == "sqlite":
        yield f"sqlite:///{tmp_path / 'other' / 'hall.db'}"
        return
    admin = create_engine(db.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE other_hall TEMPLATE template0"))
    yield db.url.set(database="other_hall").render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE other_hall WITH (FORCE)"))
    admin.dispose()


def url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def counts() -> dict[str, int]:
    left_out = {"audit_event", "user_session", "challenge", "slip"}
    with snapshot() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in left_out
        }


def test_a_backup_comes_back_whole_and_says_what_is_lost(
    db: Engine, other: str, storage: Path, clerk2: Actor, officer_a: Actor, monkeypatch, capsys
) -> None:
    case_id = submitted(clerk2, 5000)
    cookie = open_session("clerk1")
    assert backup_command.main() == 0
    database.connect(url(db))
    before = counts()
    folder = backup.latest()
    review.approve(officer_a, case_id, version=2, opinion="同意")
    audit_heads.export()  # the head written down last tells how much there was

    shutil.rmtree(storage / "documents")
    monkeypatch.setattr(settings, "DATABASE_URL", other)
    begun = time.perf_counter()
    assert restore_command.main([str(folder)]) == 0
    seconds = time.perf_counter() - begun
    said = capsys.readouterr().out
    assert "备份之后的审计事件第5至6条已丢失" in said
    assert "此前第5至6条已随之丢失" in said
    assert said.count("无误") == len(verify_command.CHECKS)

    engine = database.connect(other)
    assert counts() == before
    schema.require(engine)
    assert sessions.signed_in(cookie) is None
    with snapshot() as session:
        assert session.scalars(select(UserSession.end_reason)).all() == ["restored"]
        assert session.scalars(select(Case.status)).one().value == "pending"
    review.approve(officer_a, case_id, version=2, opinion="同意")  # and work goes on
    assert audit_verify.verify().faults == []
    engine.dispose()
    figures.record(
        25, f"{sum(before.values()):,} rows and 1 document back and verified in {seconds:.1f} s",
        part=f"drill {db.dialect.name}", reached=seconds < 60, is_whole=True,
    )  # fmt: skip


def test_what_is_there_already_is_kept_aside_or_left_alone(
    db: Engine, clerk2: Actor, capsys
) -> None:
    folder = backup.make()
    submitted(clerk2, 5000)
    assert restore_command.main([str(folder)]) == 1
    assert "数据库不是空的，未恢复" in capsys.readouterr().err
    assert restore_command.main([str(folder), "--replace"]) == 0
    said = capsys.readouterr().out
    assert "原有数据另存为：" in said
    aside = said.split("原有数据另存为：")[1].splitlines()[0]
    engine = database.connect(url(db))
    with snapshot() as session:
        assert session.scalars(select(Case)).all() == []
    if db.dialect.name == "postgresql":
        with engine.connect() as connection:
            kept = connection.execute(text(f'SELECT count(*) FROM {aside}."case"')).scalar_one()
    else:
        kept_engine = create_engine(f"sqlite:///{aside}")
        with kept_engine.connect() as connection:
            kept = connection.execute(text('SELECT count(*) FROM "case"')).scalar_one()
        kept_engine.dispose()
    assert kept == 1
    engine.dispose()


def test_new_rows_get_numbers_of_their_own_after_a_restore(
    db: Engine, other: str, clerk2: Actor, clerk1: Actor
) -> None:
    submitted(clerk2, 5000)
    folder = backup.make()
    engine = database.connect(other)
    restore.restore(folder)
    submitted(clerk1, 6500)
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Case)).one() == 2
    assert inbox.counts(clerk1)
    engine.dispose()


@pytest.mark.parametrize("kind", ["changed", "missing", "list changed", "unsigned"])
def test_a_damaged_backup_is_not_restored(db: Engine, other: str, kind: str) -> None:
    folder = backup.make()
    dumped = next(path for path in folder.iterdir() if path.name.startswith(("hall", "employer")))
    if kind == "changed":
        content = bytearray(dumped.read_bytes())
        content[len(content) // 2] ^= 1
        dumped.write_bytes(content)
    elif kind == "missing":
        dumped.unlink()
    elif kind == "list changed":
        facts = json.loads((folder / backup.MANIFEST).read_text())
        (folder / backup.MANIFEST).write_text(json.dumps({**facts, "head": 7}))
    else:
        (folder / backup.SIGNATURE).unlink()
    engine = database.connect(other)
    with pytest.raises(backup.Damaged):
        restore.restore(folder)
    assert dump.is_empty(engine)
    engine.dispose()


def test_a_backup_that_fails_leaves_no_half_of_itself(storage: Path, clerk2: Actor) -> None:
    submitted(clerk2, 5000)
    shutil.rmtree(storage / "documents")
    with pytest.raises(DocumentMissing):
        backup.make()
    assert backup.latest() is None
    assert list(settings.BACKUPS.glob(".begun-*")) == []


def test_files_of_two_backups_lie_there_once(clerk2: Actor) -> None:
    submitted(clerk2, 5000)
    backup.make()
    backup.make()
    kept = [path for path in (settings.BACKUPS / backup.FILES).rglob("*") if path.is_file()]
    assert (len(kept), len(list(settings.BACKUPS.glob("hall-*")))) == (1, 2)


def test_verify_names_a_file_that_is_gone_or_changed(storage: Path, clerk2: Actor, capsys) -> None:
    submitted(clerk2, 5000)
    (path,) = [path for path in (storage / "documents").rglob("*") if path.is_file()]
    path.write_bytes(b"%PDF-1.4 another")
    assert verify_command.main([]) == 1
    assert f"documents/{path.name}：内容与上传时不一致" in capsys.readouterr().out
    path.unlink()
    assert verify_command.main([]) == 1
    assert f"documents/{path.name}：缺失" in capsys.readouterr().out


@pytest.mark.nightly
def test_a_million_events_come_back_within_the_minute(db: Engine, other: str) -> None:
    with transaction() as session:
        schema_objects.drop(session.connection())
        key = chain.Key(settings.AUDIT_KEY).read(may_make=True)
        insert(session, AuditEvent, COLUMNS, filled(1_000_000, key))
        repair_head(session.connection())
        schema_objects.apply(session.connection())
    begun = time.perf_counter()
    folder = backup.make()
    made = time.perf_counter() - begun
    engine = database.connect(other)
    begun = time.perf_counter()
    restore.restore(folder)
    seconds = time.perf_counter() - begun
    assert structure.differences(engine) == []
    assert audit_verify.verify().faults == []
    engine.dispose()
    figures.record(
        25, f"1,000,000 events backed up in {made:.0f} s, restored in {seconds:.0f} s",
        part=f"million {db.dialect.name}", reached=seconds < 60,
    )  # fmt: skip
