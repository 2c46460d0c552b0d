"""The charts read from a replica where there is one; everything else from the database itself."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from data import database
from data.models.remittance import Assessment
from data.models.summary import MonthSummary
from services.actor import Actor
from services.overview import board
from tests.conftest import Template, person


def figures(manager: Actor) -> list[Decimal | None]:
    return [figure.now for figure in board.page(manager, board.default_scope(manager)).figures]


def test_charts_follow_the_replica_and_not_the_database(sqlite_template: Template) -> None:
    own, copy = sqlite_template.copy("own"), sqlite_template.copy("copy")
    database.connect(own, copy)
    manager = person("manager")
    before = figures(manager)
    assert before[0]
    with database.transaction() as session:
        session.execute(delete(MonthSummary))
    assert figures(manager) == before
    database.connect(own)
    assert figures(manager) != before


def test_a_replica_that_is_away_is_done_without(sqlite_template: Template, tmp_path: Path) -> None:
    away = "postgresql+psycopg://nobody@/nothing?host=" + str(tmp_path)
    database.connect(sqlite_template.copy("alone"), away)
    assert figures(person("manager"))[0]


@pytest.mark.usefixtures("sqlite_db")
def test_a_replica_only_reads() -> None:
    with database.replica() as session:
        session.execute(update(Assessment).values(heads=0))
    with database.snapshot() as session:
        assert session.get_one(Assessment, 1).heads > 0
