"""Orders of machines, and the key that an installed system has."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0101"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "machine_orders",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("name", sa.String(36), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["machine_id"],
            ["machines.id"],
            name=op.f("fk_machine_orders_machine_id_machines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_orders")),
        sa.UniqueConstraint("name", name=op.f("uq_machine_orders_name")),
    )
    op.create_index(op.f("ix_machine_orders_machine_id"), "machine_orders", ["machine_id"])
    op.add_column("machines", sa.Column("open_order", sa.String(16), nullable=True))
    op.add_column("machines", sa.Column("disk_key_digest", sa.String(64), nullable=True))
    op.add_column("machines", sa.Column("disk_plan_id", sa.String(36), nullable=True))
    # Until now the key of an installed machine was that of its disk.
    op.execute(
        "UPDATE machines SET disk_key_digest = key_digest, disk_plan_id = plan_id "
        "WHERE status IN ('firstboot', 'installed') AND plan_id IS NOT NULL"
    )


def downgrade() -> None:
    """Undo this revision."""
    for column in ("disk_plan_id", "disk_key_digest", "open_order"):
        with op.batch_alter_table("machines") as batch:
            batch.drop_column(column)
    op.drop_table("machine_orders")
