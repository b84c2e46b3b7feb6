"""Swift's rings, weights, and which machine has which version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import MEDIUMBLOB

revision = "0060"
down_revision = "0040"
branch_labels = None
depends_on = None

_LARGE = sa.LargeBinary().with_variant(MEDIUMBLOB(), "mysql")


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "swift_rings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("calculated_at", sa.DateTime(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", _LARGE, nullable=False),
        sa.Column("content", _LARGE, nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["clusters.id"],
            name=op.f("fk_swift_rings_cluster_id_clusters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swift_rings")),
        sa.UniqueConstraint(
            "cluster_id", "name", "published", name=op.f("uq_swift_rings_cluster_id_name_published")
        ),
    )
    op.create_table(
        "swift_ring_weights",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("serial", sa.String(128), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["clusters.id"],
            name=op.f("fk_swift_ring_weights_cluster_id_clusters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cluster_id", "kind", "serial", name=op.f("pk_swift_ring_weights")),
    )
    op.create_table(
        "swift_ring_copies",
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["machine_id"],
            ["machines.id"],
            name=op.f("fk_swift_ring_copies_machine_id_machines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("machine_id", "name", name=op.f("pk_swift_ring_copies")),
    )
    op.create_table(
        "swift_devices",
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(12), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["machine_id"],
            ["machines.id"],
            name=op.f("fk_swift_devices_machine_id_machines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("machine_id", "label", name=op.f("pk_swift_devices")),
    )


def downgrade() -> None:
    """Undo this revision."""
    for table in ("swift_devices", "swift_ring_copies", "swift_ring_weights", "swift_rings"):
        op.drop_table(table)
