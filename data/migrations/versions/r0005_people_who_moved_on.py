"""People who moved on: what the employer they left has still to assess for them.

Nobody is in it at first: an account could not move away before every month of it was assessed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "departure",
        sa.Column("id", _ID, nullable=False),
        sa.Column("contributor_id", _ID, nullable=False),
        sa.Column("employer_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("sealed_month", sa.Integer(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("employer_amount", sa.BigInteger(), nullable=False),
        sa.Column("contributor_amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_departure_case_id_case")),
        sa.ForeignKeyConstraint(
            ["contributor_id"],
            ["contributor.id"],
            name=op.f("fk_departure_contributor_id_contributor"),
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_departure_employer_id_employer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
    )
    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.create_index("ix_departure_employer_id", ["employer_id"], unique=False)
