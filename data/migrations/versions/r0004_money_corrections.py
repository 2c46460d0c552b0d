"""Money that came by mistake can go back: reversals and refunds, agreed by two."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LEDGER_CHECKS = {
    "arrival": "(kind in ('arrival', 'reversal')) = (arrival_id is not null)",
    "allocation": "(kind in ('allocation', 'unbooking')) = (assessment_id is not null)",
    "correction": "(kind in ('reversal', 'unbooking', 'refund')) = (correction_id is not null)",
}


def upgrade() -> None:
    op.create_table(
        "money_correction",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("employer_id", _ID, nullable=False),
        sa.Column("arrival_id", _ID, nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.String(length=100), nullable=False),
        sa.Column("payee_bank", sa.String(length=100), nullable=False),
        sa.Column("payee_account", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("proposed_by", _ID, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (arrival_id is not null)",
            name=op.f("ck_money_correction_arrival"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_money_correction_amount")),
        sa.ForeignKeyConstraint(
            ["arrival_id"], ["arrival.id"], name=op.f("fk_money_correction_arrival_id_arrival")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user.id"], name=op.f("fk_money_correction_decided_by_user")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_money_correction_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["user.id"], name=op.f("fk_money_correction_proposed_by_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_correction")),
    )
    # SQLite rebuilds a table that is changed, and forgets its checks: all are named again there.
    is_rebuilt = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_arrival_reference"), type_="unique")
        if is_rebuilt:
            batch_op.create_check_constraint(op.f("ck_arrival_amount"), "amount > 0")

    with op.batch_alter_table("cash_summary", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("refunded", sa.BigInteger(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("cash_summary", schema=None) as batch_op:
        batch_op.alter_column("refunded", server_default=None)
    with op.batch_alter_table("base_summary", schema=None) as batch_op:
        batch_op.create_index("ix_base_summary_step", ["step", "heads"], unique=False)
    _ledger(is_rebuilt)


def _ledger(is_rebuilt: bool) -> None:  # noqa: FBT001 — once, above
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("turn", sa.SmallInteger(), nullable=False, server_default="1")
        )
        batch_op.add_column(sa.Column("correction_id", _ID, nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_ledger_entry_arrival_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_ledger_entry_assessment_id"), type_="unique")
        batch_op.create_unique_constraint("uq_ledger_entry_arrival", ["arrival_id", "kind"])
        batch_op.create_unique_constraint(
            "uq_ledger_entry_assessment", ["assessment_id", "kind", "turn"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_ledger_entry_correction_id_money_correction"),
            "money_correction",
            ["correction_id"],
            ["id"],
        )
        if not is_rebuilt:
            for name in ("arrival", "allocation"):
                batch_op.drop_constraint(op.f(f"ck_ledger_entry_{name}"), type_="check")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.alter_column("turn", server_default=None)
        kept = {"amount": "amount > 0", "balance": "balance >= 0"} if is_rebuilt else {}
        for name, rule in (_LEDGER_CHECKS | kept).items():
            batch_op.create_check_constraint(op.f(f"ck_ledger_entry_{name}"), rule)
