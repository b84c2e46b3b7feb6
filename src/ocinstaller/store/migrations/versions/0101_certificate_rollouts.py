"""Roll-outs of certificates, and each machine's place in its cluster's last one."""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "certificate_rollouts",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("api_only", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        _reference("certificate_rollouts", "cluster_id", "clusters"),
        sa.PrimaryKeyConstraint("cluster_id", name=op.f("pk_certificate_rollouts")),
    )
    op.create_table(
        "certificate_turns",
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(253), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        _reference("certificate_turns", "cluster_id", "clusters"),
        _reference("certificate_turns", "machine_id", "machines"),
        sa.PrimaryKeyConstraint("machine_id", name=op.f("pk_certificate_turns")),
    )


def downgrade() -> None:
    """Undo this revision."""
    op.drop_table("certificate_turns")
    op.drop_table("certificate_rollouts")


def _reference(table: str, column: str, referred: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{referred}")
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=name, ondelete="CASCADE")
