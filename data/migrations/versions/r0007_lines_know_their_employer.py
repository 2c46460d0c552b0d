"""Lines know their employer, and those of large tables have it in the key: they can be parted by it.

A line's reference to its case or month names the employer too, so that the two cannot differ.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: The lines, what they belong to, by which column, and whether the employer is part of the key.
_LINES = (
    ("assessment_line", "assessment", "assessment_id", True),
    ("base_adjustment_line", "case", "case_id", True),
    ("status_change_line", "case", "case_id", True),
    ("registration_line", "case", "case_id", False),
)


def upgrade() -> None:
    for parent in ("assessment", "case"):
        op.create_index(f"uq_{parent}_of_employer", parent, ["id", "employer_id"], unique=True)
    for table, parent, column, is_in_key in _LINES:
        # SQLite gives no id of a deleted row to another, a rule that a rebuilt table would lose.
        kept = {} if is_in_key else {"sqlite_autoincrement": True}
        op.add_column(table, sa.Column("employer_id", _ID, nullable=True))
        op.execute(
            f'UPDATE "{table}" SET employer_id = '  # noqa: S608 — our own names
            f'(SELECT p.employer_id FROM "{parent}" AS p WHERE p.id = "{table}".{column})'
        )
        with op.batch_alter_table(table, table_kwargs=kept) as batch:
            batch.alter_column("employer_id", existing_type=_ID, nullable=False)
            batch.drop_constraint(f"fk_{table}_{column}_{parent}", type_="foreignkey")
            batch.create_foreign_key(
                f"fk_{table}_{parent}", parent, [column, "employer_id"], ["id", "employer_id"]
            )
            if is_in_key:
                batch.drop_constraint(f"pk_{table}", type_="primary")
                batch.create_primary_key(f"pk_{table}", [column, "contributor_id", "employer_id"])
