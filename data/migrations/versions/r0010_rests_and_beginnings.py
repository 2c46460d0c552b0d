"""The months that an unsealed person was out of the remittance, and who begins in a month.

Of those unsealed before, nothing is known to the account; they count as they did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_HAS_RESTED = sa.text("rest_until IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("contributor") as batch:
        for column in ("rest_from", "rest_until"):
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
        batch.create_index("ix_contributor_first_month", ["first_month"], unique=False)
    op.create_index(
        "ix_contributor_rest_until",
        "contributor",
        ["rest_until"],
        sqlite_where=_HAS_RESTED,
        postgresql_where=_HAS_RESTED,
    )
