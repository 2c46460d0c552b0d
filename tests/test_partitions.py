"""The large tables of lines parted by employer (hash partitions): the hall's code works on, unchanged."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, Table, func, select, text

from data import schema
from data.bulk import table_of
from data.database import snapshot
from data.models.base_adjustment import BaseAdjustmentLine
from data.models.remittance import AssessmentLine
from data.models.status_change import StatusChangeLine
from services import remittance_prints, review
from services.actor import Actor
from services.remittance import desk
from services.summary import verify
from tests.credits import receive
from tests.rosters import submitted
from tests.test_remittance import go, listed

pytestmark = [
    pytest.mark.usefixtures("storage"),
    # SQLite knows no partitions.
    pytest.mark.parametrize("db", ["postgresql"], indirect=True),
]
PARTED = (AssessmentLine, BaseAdjustmentLine, StatusChangeLine)
PARTS = 4


@pytest.fixture
def parted(db: Engine) -> Engine:
    """The demo fixture's database after what `docs/growth.md` has the operator do."""
    with db.begin() as connection:
        for model in PARTED:
            table = table_of(model)
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            connection.execute(text(f"CREATE TEMP TABLE kept AS SELECT {names} FROM {table.name}"))
            table.drop(connection)
            _create(connection, table)
            for number in range(PARTS):
                connection.execute(
                    text(
                        f"CREATE TABLE {table.name}_{number} PARTITION OF {table.name} "
                        f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {number})"
                    )
                )
            connection.execute(text(f"INSERT INTO {table.name} ({names}) SELECT * FROM kept"))
            connection.execute(text("DROP TABLE kept"))
    return db


def _create(connection: Connection, table: Table) -> None:
    """Make the table as the models have it, but in parts."""
    options = table.dialect_options["postgresql"]
    options["partition_by"] = "HASH (employer_id)"
    try:
        table.create(connection)
    finally:
        options["partition_by"] = None


def test_the_hall_starts_on_parted_tables(parted: Engine) -> None:
    schema.require(parted)


def test_an_import_its_approval_and_a_months_course_run_on_parted_tables(
    parted: Engine, clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1)
    review.approve(officer_a, case_id, version=2, opinion="同意")
    go(clerk1, 202607)
    july = listed(clerk1, 202607)
    assert (july.heads, july.employer_amount) == (300, Decimal("234000.00"))
    desk.approve(officer_a, july.id)
    assert remittance_prints.roster(clerk1, july.id).content.startswith(b"%PDF")
    receive(officer_a, clerk1, "468000.00")
    assert listed(clerk1, 202607).status.label == "已入账"
    with snapshot() as session:
        lines = select(func.count()).select_from(AssessmentLine)
        assert session.scalars(lines.filter_by(employer_id=clerk1.employer)).one() == 600
        assert session.scalars(lines.filter_by(assessment_id=july.id)).one() == 300
    assert verify.differences() == []


def test_a_months_lines_are_looked_up_in_their_employers_part_alone(
    parted: Engine, clerk1: Actor
) -> None:
    with parted.connect() as connection:
        plan = connection.execute(
            text(
                "EXPLAIN SELECT * FROM assessment_line "
                f"WHERE assessment_id = 1 AND employer_id = {clerk1.employer}"
            )
        ).scalars()
        assert len(set(re.findall(r"assessment_line_\d", "".join(plan)))) == 1
