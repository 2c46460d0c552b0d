"""Ids used once: SQLite gives no id of a deleted case, document, line or work to another one.

PostgreSQL's sequences never did.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("case", "case_document", "registration_line", "work"):
        with op.batch_alter_table(
            table, recreate="always", table_kwargs={"sqlite_autoincrement": True}
        ):
            pass
