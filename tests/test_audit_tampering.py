"""Whoever has the database, and even the key, leaves traces: `make verify` names the row."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

import settings
import verify as command
from data import chain, chain_reading, schema, schema_objects
from data.bulk import insert
from data.chain import Entry, Hasher
from data.database import snapshot, transaction
from data.enums import AuditAction
from data.models.audit import AuditEvent
from services import audit, audit_heads, audit_verify
from tests import figures

pytestmark = pytest.mark.usefixtures("db", "heads")
EVENTS, EVERY = 200, 50
COLUMNS = ("seq", *Entry._fields, "prev", "hash")
SEED = 20260706


@pytest.fixture
def heads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDIT_HEADS", tmp_path / "heads")
    monkeypatch.setattr(settings, "HEADS_KEY", tmp_path / "heads.key")


@pytest.fixture
def chained(db: Engine, heads: None) -> None:
    """Two hundred events, their head written down after every fifty."""
    for first in range(1, EVENTS, EVERY):
        with transaction() as session:
            for number in range(first, first + EVERY):
                chain.note(session, entry(number))
        audit_heads.export()


def entry(number: int) -> Entry:
    role = ("clerk", "", None)[number % 3]
    return Entry(
        f"2026-07-06T01:{number % 60:02d}:00.000000Z", number % 7, role, number % 5, "entered",
        f"case:{number}", f'{{"rows":{number}}}',
    )  # fmt: skip


@pytest.fixture
def as_owner(db: Engine) -> Callable[[Callable[[Connection], object]], None]:
    """Do something as the database's owner: the triggers are off, and stand again afterwards."""

    def do(tamper: Callable[[Connection], object]) -> None:
        with db.execution_options(writes=True).begin() as connection:
            schema_objects.drop(connection)
            tamper(connection)
            schema_objects.apply(connection)

    return do


def run(*statements: str) -> Callable[[Connection], None]:
    return lambda connection: [connection.exec_driver_sql(one) for one in statements] and None


def repair_head(connection: Connection) -> None:
    connection.execute(
        text(
            "UPDATE audit_head SET seq = (SELECT max(seq) FROM audit_event), "
            "hash = (SELECT hash FROM audit_event ORDER BY seq DESC LIMIT 1)"
        )
    )


def renumber(connection: Connection, after: int, by: int) -> None:
    """Move the numbers of all events after `after`, out of the way first: they are a key."""
    for step in (10_000, by - 10_000):
        connection.execute(
            text("UPDATE audit_event SET seq = seq + :step WHERE seq > :after"),
            {"step": step, "after": after},
        )


def delete_and_renumber(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit_event WHERE seq = 77"))
    renumber(connection, 77, -1)
    repair_head(connection)


def swap(connection: Connection) -> None:
    for old, new in ((77, 0), (120, 77), (0, 120)):
        connection.execute(
            text("UPDATE audit_event SET seq = :new WHERE seq = :old"), {"old": old, "new": new}
        )


def slip_in(connection: Connection) -> None:
    renumber(connection, 76, 1)
    connection.execute(
        text(
            f"INSERT INTO audit_event ({', '.join(COLUMNS)}) SELECT 77, instant, actor, role, "
            "employer, action, subject, payload, prev, hash FROM audit_event WHERE seq = 76"
        )
    )
    repair_head(connection)


def append(connection: Connection) -> None:
    connection.execute(
        text(
            f"INSERT INTO audit_event ({', '.join(COLUMNS)}) SELECT 201, instant, actor, role, "
            "employer, action, subject, payload, hash, prev FROM audit_event WHERE seq = 200"
        )
    )
    repair_head(connection)


def rewrite(key: bytes, first: int = 1, events: int = EVENTS) -> Callable[[Connection], None]:
    """Make the chain anew from row `first` on, which now says something else."""

    def tamper(connection: Connection) -> None:
        rows = connection.execute(
            text(f"SELECT {', '.join(COLUMNS)} FROM audit_event ORDER BY seq")
        ).all()
        hasher, prev = Hasher(key), chain.START
        for seq, *fields, _, made in rows[:events]:
            if seq >= first:
                fields[4] = "signed_in" if seq == first else fields[4]
                fresh = hasher(prev, seq, Entry(*fields))
                connection.execute(
                    text("UPDATE audit_event SET action=:a, prev=:p, hash=:h WHERE seq=:s"),
                    {"a": fields[4], "p": prev, "h": fresh, "s": seq},
                )
            prev = fresh if seq >= first else made
        repair_head(connection)

    return tamper


def with_the_key(first: int) -> Callable[[Connection], None]:
    def tamper(connection: Connection) -> None:
        rewrite(chain.Key(settings.AUDIT_KEY).read(), first)(connection)

    return tamper


#: Each kind of tampering, what it does, and the first fault that `make verify` names.
KINDS = {
    "edit": (run("UPDATE audit_event SET payload = '{\"rows\":1}' WHERE seq = 77"),
             "第77条：内容与写入时不一致"),
    "edit who it was": (run("UPDATE audit_event SET actor = 5 WHERE seq = 77"),
                        "第77条：内容与写入时不一致"),
    "edit when it was": (
        run("UPDATE audit_event SET instant = '2026-07-05T01:17:00.000000Z' WHERE seq = 77"),
        "第77条：内容与写入时不一致"),
    "empty to NULL": (run("UPDATE audit_event SET role = NULL WHERE seq = 76"),
                      "第76条：内容与写入时不一致"),
    "NULL to empty": (run("UPDATE audit_event SET role = '' WHERE seq = 77"),
                      "第77条：内容与写入时不一致"),
    "delete": (run("DELETE FROM audit_event WHERE seq = 77"), "第77条：缺失"),
    "delete several": (run("DELETE FROM audit_event WHERE seq BETWEEN 77 AND 79"),
                       "第77至79条：缺失"),
    "delete and renumber": (delete_and_renumber, "第77条：内容与写入时不一致"),
    "swap": (swap, "第77条：内容与写入时不一致"),
    "slip in": (slip_in, "第77条：内容与写入时不一致"),
    "append without the key": (append, "第201条：内容与写入时不一致"),
    "rewrite all without the key": (rewrite(b"guessed"), "第1条：内容与写入时不一致"),
    "move the head": (run("UPDATE audit_head SET seq = 199"),
                      "链尾登记为第199条，与最后一条（第200条）不一致"),
    "cut the tail, repair the head": (
        lambda c: (run("DELETE FROM audit_event WHERE seq > 177")(c), repair_head(c)),
        "第178至200条：缺失，链尾已导出"),
    "cut everything": (
        run("DELETE FROM audit_event", "DELETE FROM audit_head"),
        "第1至200条：缺失，链尾已导出"),
    "rewrite all with the stolen key": (
        with_the_key(1), "第1至50条：与已导出的链尾不一致，被整体改写"),
    "rewrite from a row with the stolen key": (
        with_the_key(120), "第101至150条：与已导出的链尾不一致，被整体改写"),
}  # fmt: skip


@pytest.mark.usefixtures("chained")
def test_an_honest_chain_is_whole() -> None:
    verdict = audit_verify.verify()
    assert (verdict.scope, verdict.faults) == ("200条，链尾4个", [])
    assert audit_verify.verify(last=10).scope == "10条，链尾4个"


@pytest.mark.usefixtures("chained")
def test_each_kind_of_tampering_is_found_with_its_row(db: Engine) -> None:
    key = chain.Key(settings.AUDIT_KEY).read()
    known = {head.seq: head.hash for head in audit_heads.exported()}
    named = {}
    with db.execution_options(writes=True).connect() as connection, connection.begin() as all_of_it:
        schema_objects.drop(connection)
        for kind, (tamper, _) in KINDS.items():
            undone = connection.begin_nested()
            tamper(connection)
            named[kind] = chain_reading.read(connection, key, known=known).faults[:1]
            undone.rollback()
        all_of_it.rollback()
    right = [kind for kind, (_, fault) in KINDS.items() if named[kind] == [fault]]
    figures.record(
        19, f"{len(right)} of {len(KINDS)} kinds with the exact row",
        part=f"kinds {db.dialect.name}", reached=len(right) == len(KINDS) >= 12, is_whole=True,
    )  # fmt: skip
    assert named == {kind: [fault] for kind, (_, fault) in KINDS.items()}


@pytest.mark.usefixtures("chained")
def test_without_heads_a_cut_tail_is_not_seen_which_is_why_they_are_exported(as_owner) -> None:
    as_owner(lambda c: (run("DELETE FROM audit_event WHERE seq > 177")(c), repair_head(c)))
    for path in settings.AUDIT_HEADS.glob("*.jsonl"):
        path.unlink()
    assert audit_verify.verify().faults == []


@pytest.mark.usefixtures("chained")
def test_a_head_that_somebody_else_wrote_is_named() -> None:
    (path,) = settings.AUDIT_HEADS.glob("*.jsonl")
    lines = path.read_text().splitlines()
    forged = lines[1].replace('"seq": 100', '"seq": 177')
    path.write_text("\n".join([lines[0], forged, "no head at all", *lines[2:]]) + "\n")
    faults = audit_verify.verify().faults
    assert faults == [f"{path.name}第{line}行：链尾签名不符" for line in (2, 3)]


@pytest.mark.usefixtures("chained")
def test_two_heads_of_one_number_that_differ_are_named(as_owner) -> None:
    as_owner(with_the_key(120))
    audit_heads.export()
    (path,) = settings.AUDIT_HEADS.glob("*.jsonl")
    assert f"{path.name}第5行：第200条的链尾与先前导出的不一致" in audit_verify.verify().faults


@pytest.mark.usefixtures("chained")
def test_an_auditor_needs_only_the_published_key() -> None:
    settings.HEADS_KEY.unlink()
    assert [head.seq for head in audit_heads.exported() if head.is_genuine] == [50, 100, 150, 200]


@pytest.mark.usefixtures("chained")
def test_another_signer_does_not_write_into_the_folder() -> None:
    settings.HEADS_KEY.unlink()
    with pytest.raises(audit_heads.WrongSigner):
        audit_heads.export()


@pytest.mark.usefixtures("chained")
def test_events_lost_to_a_restored_backup_are_a_remark_and_no_fault(as_owner) -> None:
    as_owner(lambda c: (run("DELETE FROM audit_event WHERE seq > 120")(c), repair_head(c)))
    with transaction() as session:
        audit.record(session, None, AuditAction.RESTORED, "database", lost_to=200)
    audit_heads.export()
    verdict = audit_verify.verify()
    assert verdict.faults == []
    assert "此前第121至200条已随之丢失" in verdict.remarks[0]


@pytest.mark.usefixtures("chained")
def test_a_backup_that_was_restored_and_lost_nothing_is_told_so() -> None:
    with transaction() as session:
        audit.record(session, None, AuditAction.RESTORED, "database", lost_to=200)
    (remark,) = audit_verify.verify().remarks
    assert remark.startswith("第201条：")
    assert remark.endswith("恢复备份，没有记录丢失")


@pytest.mark.usefixtures("chained")
def test_the_command_prints_a_line_a_check_and_the_row(
    as_owner, capsys, db: Engine, monkeypatch
) -> None:
    monkeypatch.setattr(settings, "DATABASE_URL", db.url.render_as_string(hide_password=False))
    assert command.main([]) == 0
    assert "审计链：200条，链尾4个，无误\n汇总与明细：" in capsys.readouterr().out
    as_owner(run("DELETE FROM audit_event WHERE seq = 77"))
    assert command.main([]) == 1
    assert "审计链：199条，链尾4个，1处不符\n  第77条：缺失\n" in capsys.readouterr().out


MUTATIONS: tuple[Callable[[random.Random], str], ...] = (
    lambda r: f"UPDATE audit_event SET payload = payload || ' ' WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"UPDATE audit_event SET actor = actor + 1 WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"UPDATE audit_event SET employer = NULL WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"UPDATE audit_event SET subject = 'case:0' WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"UPDATE audit_event SET action = 'x' WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"UPDATE audit_event SET instant = 'x' WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"UPDATE audit_event SET prev = hash WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"UPDATE audit_event SET hash = prev WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"UPDATE audit_event SET role = 'auditor' WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"DELETE FROM audit_event WHERE seq = {r.randint(1, EVENTS)}",
    lambda r: f"UPDATE audit_event SET seq = seq + 1000 WHERE seq = {r.randint(1, EVENTS)}",
)


@pytest.mark.usefixtures("chained")
def test_no_random_mutation_goes_unseen(db: Engine) -> None:
    rounds, missed = figures.share(quick=60, whole=5_000), []
    chance = random.Random(SEED)
    key = chain.Key(settings.AUDIT_KEY).read()
    with db.execution_options(writes=True).connect() as connection, connection.begin() as all_of_it:
        schema_objects.drop(connection)
        for number in range(rounds):
            statement = MUTATIONS[number % len(MUTATIONS)](chance)
            undone = connection.begin_nested()
            connection.execute(text(statement))
            row = int(statement.rsplit(" ", 1)[1])
            faults = chain_reading.read(connection, key).faults
            if not faults or not faults[0].startswith((f"第{row}条", f"第{row}至")):
                missed.append((statement, faults))
            undone.rollback()
        all_of_it.rollback()
    figures.record(
        19, f"{rounds} random, {len(missed)} missed", SEED, part=f"random {db.dialect.name}",
        reached=not missed and rounds >= 5_000,
    )  # fmt: skip
    assert missed == []


def filled(events: int, key: bytes) -> Iterator[tuple[object, ...]]:
    hasher, prev = Hasher(key), chain.START
    for seq in range(1, events + 1):
        this = entry(seq)
        made = hasher(prev, seq, this)
        yield (seq, *this, prev, made)
        prev = made


def test_a_million_events_are_read_in_seconds(db: Engine, as_owner) -> None:
    events = figures.share(quick=20_000, whole=1_000_000)
    with transaction() as session:
        schema_objects.drop(session.connection())
        insert(session, AuditEvent, COLUMNS, filled(events, b"key"))
        repair_head(session.connection())
    schema.create(db)
    with snapshot() as session:
        begun, busy = time.perf_counter(), time.process_time()
        found = chain_reading.read(session.connection(), b"key")
        seconds, busy = time.perf_counter() - begun, time.process_time() - busy
        begun = time.perf_counter()
        tail = chain_reading.read(session.connection(), b"key", after=events - 10_000)
        tail_seconds = time.perf_counter() - begun
    assert (found.events, found.faults, tail.events, tail.faults) == (events, [], 10_000, [])
    figures.record(
        20,
        f"{events:,} events in {seconds:.1f} s ({busy:.1f} s of one core), "
        f"the last 10,000 in {tail_seconds:.2f} s",
        part=db.dialect.name,
        reached=events == 1_000_000 and seconds < 10 and tail_seconds < 1,
    )
    assert busy / events < 20e-6
