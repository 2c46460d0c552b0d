"""Alembic's door (迁移环境): a connection that `data.migrating` has prepared, in one transaction."""

from alembic import context

from data import schema
from data.base import Base
from data.migrations.rendering import spell

assert schema.MODELS  # noqa: S101 — imported for the tables that they declare

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    render_item=spell,
)
with context.begin_transaction():
    context.run_migrations()
