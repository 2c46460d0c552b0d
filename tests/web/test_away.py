"""The database is locked while a clerk types: she reads a sentence, and her roster stands as it was."""

from pathlib import Path

from sqlalchemy import select

from components.base_adjustment_view import HEADINGS
from data import database, engines
from data.database import snapshot
from data.engines import sqlite_file
from data.models.base_adjustment import BaseAdjustmentLine
from services.errors import Unavailable
from tests.conftest import person
from tests.rosters import imported
from tests.web.window import opened, table

OPEN = next(heading.label for heading in HEADINGS.values() if heading.is_editable)


def _bases() -> list[object]:
    with snapshot() as session:
        return sorted(session.scalars(select(BaseAdjustmentLine.new_base)))


def test_a_clerk_at_a_locked_database_reads_a_sentence_and_finds_her_draft(
    pages, sqlite_db, monkeypatch
) -> None:
    imported(person("clerk2"), 5000)
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)
    engine = database.connect(str(sqlite_db.url))
    before = _bases()
    with opened(pages, "clerk2") as window:
        window.go("base_adjustment")
        key, _, fragment = window.of_kind("dataframe")[-1]
        holder = sqlite_file(Path(str(engine.url.database)))
        holder.isolation_level = None
        holder.execute("BEGIN IMMEDIATE")
        window.run(table(key, edited_rows={"0": {OPEN: 6100}}), fragment=fragment)
        assert window.shows(Unavailable.message[:8])
        assert not window.is_broken
        assert _bases() == before
        holder.execute("ROLLBACK")
        holder.close()
        window.go("base_adjustment")
        assert not window.is_broken
        key, _, fragment = window.of_kind("dataframe")[-1]
        window.run(table(key, edited_rows={"0": {OPEN: 6100}}), fragment=fragment)
    assert _bases() != before
    engine.dispose()
