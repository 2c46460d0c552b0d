"""Corrections of money and the administrators' changes are signed by both who decide them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in ("money_correction", "proposal"):
        with op.batch_alter_table(table) as batch:
            for column in ("proposal_evidence_id", "decision_evidence_id"):
                batch.add_column(sa.Column(column, _ID, nullable=True))
                batch.create_foreign_key(
                    f"fk_{table}_{column}_evidence", "evidence", [column], ["id"]
                )
