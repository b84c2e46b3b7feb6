"""Calls of the site's plug-ins; the hash of a machine's root password."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "plugin_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=True),
        sa.Column("serial", sa.String(128), nullable=False),
        sa.Column("plugin", sa.String(16), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("hostname", sa.String(253), nullable=False),
        sa.Column("ip_address", sa.String(39), nullable=False),
        sa.Column("role", sa.String(63), nullable=False),
        sa.Column("switch_hostname", sa.String(255), nullable=False),
        sa.Column("sealed_password", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["machine_id"],
            ["machines.id"],
            name=op.f("fk_plugin_calls_machine_id_machines"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_calls")),
    )
    for column in ("machine_id", "hostname", "due_at"):
        op.create_index(op.f(f"ix_plugin_calls_{column}"), "plugin_calls", [column])
    op.add_column("machines", sa.Column("root_password_hash", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Undo this revision."""
    op.drop_column("machines", "root_password_hash")
    op.drop_table("plugin_calls")
