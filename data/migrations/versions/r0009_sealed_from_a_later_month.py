"""Who is sealed from a later month on is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_IS_SEALED = sa.text("sealed_month IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_contributor_sealed_month",
        "contributor",
        ["sealed_month"],
        if_not_exists=True,
        sqlite_where=_IS_SEALED,
        postgresql_where=_IS_SEALED,
    )
