"""audit, ledger, summaries, work."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("instant", sa.String(length=27), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=30), nullable=True),
        sa.Column("employer", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_employer", ["employer", "seq"], unique=False)
        batch_op.create_index("ix_audit_event_instant", ["instant"], unique=False)
        batch_op.create_index("ix_audit_event_subject", ["subject"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "cash_summary",
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("branch", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("collected", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "branch", "kind", name=op.f("pk_cash_summary")),
    )
    op.create_table(
        "holiday",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
    )
    with op.batch_alter_table("holiday", schema=None) as batch_op:
        batch_op.create_index("ix_holiday_day", ["day", "id"], unique=False)

    op.create_table(
        "month_summary",
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("branch", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("assessed_units", sa.Integer(), nullable=False),
        sa.Column("assessed_heads", sa.Integer(), nullable=False),
        sa.Column("assessed_amount", sa.BigInteger(), nullable=False),
        sa.Column("booked_units", sa.Integer(), nullable=False),
        sa.Column("booked_heads", sa.Integer(), nullable=False),
        sa.Column("booked_amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "branch", "kind", name=op.f("pk_month_summary")),
    )
    op.create_table(
        "revocation_list",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_revocation_list")),
    )
    op.create_table(
        "base_summary",
        sa.Column(
            "employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.CheckConstraint("heads > 0", name=op.f("ck_base_summary_heads")),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_base_summary_employer_id_employer")
        ),
        sa.PrimaryKeyConstraint("employer_id", "step", name=op.f("pk_base_summary")),
    )
    op.create_table(
        "people_summary",
        sa.Column(
            "employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("normal_heads", sa.Integer(), nullable=False),
        sa.Column("sealed_heads", sa.Integer(), nullable=False),
        sa.Column("employer_amount", sa.BigInteger(), nullable=False),
        sa.Column("contributor_amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_people_summary_employer_id_employer")
        ),
        sa.PrimaryKeyConstraint("employer_id", name=op.f("pk_people_summary")),
    )
    op.create_table(
        "arrival",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column(
            "employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("payer", sa.String(length=255), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column(
            "entered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_arrival_amount")),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_arrival_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user.id"], name=op.f("fk_arrival_entered_by_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("reference", name=op.f("uq_arrival_reference")),
    )
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_arrival_employer_id"), ["employer_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("lists", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_evidence_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("submission", name=op.f("uq_evidence_submission")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column(
            "employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("business", sa.String(length=30), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column(
            "proposed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("proposer", sa.String(length=120), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("decider", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user.id"], name=op.f("fk_proposal_decided_by_user")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_proposal_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["user.id"], name=op.f("fk_proposal_proposed_by_user")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_proposal_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(
            "uq_proposal_subject",
            ["subject"],
            unique=True,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )

    op.create_table(
        "work",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("page", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.Column("refusal", sa.String(length=500), nullable=False),
        sa.Column("runner", sa.String(length=80), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_work_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_work_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("key", name=op.f("uq_work_key")),
    )
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.create_index("ix_work_user", ["user_id", "started_at"], unique=False)
        batch_op.create_index(
            "uq_work_live",
            ["user_id", "subject"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )

    op.create_table(
        "binding_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "binding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("done_by", sa.String(length=120), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["binding_id"],
            ["certificate_binding.id"],
            name=op.f("fk_binding_event_binding_id_certificate_binding"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_binding_event_user_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding_event")),
    )
    with op.batch_alter_table("binding_event", schema=None) as batch_op:
        batch_op.create_index("ix_binding_event_user", ["user_id", "id"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column(
            "arrival_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column(
            "posted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'allocation') = (assessment_id is not null)",
            name=op.f("ck_ledger_entry_allocation"),
        ),
        sa.CheckConstraint(
            "(kind = 'arrival') = (arrival_id is not null)", name=op.f("ck_ledger_entry_arrival")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_entry_amount")),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_ledger_entry_balance")),
        sa.ForeignKeyConstraint(
            ["arrival_id"], ["arrival.id"], name=op.f("fk_ledger_entry_arrival_id_arrival")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_ledger_entry_assessment_id_assessment"),
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_ledger_entry_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(
            ["posted_by"], ["user.id"], name=op.f("fk_ledger_entry_posted_by_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("arrival_id", name=op.f("uq_ledger_entry_arrival_id")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_ledger_entry_assessment_id")),
        sa.UniqueConstraint("employer_id", "sequence", name="uq_ledger_entry_sequence"),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("booked_on", sa.Date(), nullable=True))
    # The day of a booking was not kept before: the day of its assessment stands for it.
    op.execute("UPDATE assessment SET booked_on = date(assessed_at) WHERE status = 'booked'")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_assessment_booked_on"), "(status = 'booked') = (booked_on is not null)"
        )
        batch_op.create_index("ix_assessment_waiting", ["status", "assessed_at"], unique=False)

    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("levels", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("waits_for", sa.String(length=30), nullable=True))
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "assigned_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.drop_index(batch_op.f("ix_case_queue"))
        batch_op.create_index("ix_case_queue", ["waits_for", "due_on", "id"], unique=False)
        batch_op.create_index(
            "ix_case_kind_ended", ["kind", "ended_at", "status", "submitted_at"], unique=False
        )
        batch_op.create_index("ix_case_kind_month", ["kind", "effective_month"], unique=False)
        batch_op.create_index("ix_case_submitted", ["submitted_at", "id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_case_assigned_to_user"), "user", ["assigned_to"], ["id"]
        )

    with op.batch_alter_table("case_step", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "evidence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index("ix_case_step_action", ["action", "taken_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_case_step_evidence_id_evidence"), "evidence", ["evidence_id"], ["id"]
        )

    with op.batch_alter_table("certificate_binding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certificate_binding_user_id"), ["user_id"], unique=False
        )

    with op.batch_alter_table("contributor", schema=None) as batch_op:
        batch_op.create_index("ix_contributor_id_number", ["id_number"], unique=False)
        batch_op.create_index(
            "ix_contributor_name",
            ["name"],
            unique=False,
            postgresql_ops={"name": "varchar_pattern_ops"},
        )

    with op.batch_alter_table("employer", schema=None) as batch_op:
        batch_op.create_index("ix_employer_uscc", ["uscc"], unique=False)

    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_exported_at"), ["exported_at"], unique=False)

    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("business", sa.String(length=30), nullable=True))
        batch_op.add_column(
            sa.Column(
                "proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.alter_column(
            "value",
            existing_type=sa.VARCHAR(length=80),
            type_=sa.String(length=4000),
            existing_nullable=False,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_policy_proposal_id_proposal"), "proposal", ["proposal_id"], ["id"]
        )
