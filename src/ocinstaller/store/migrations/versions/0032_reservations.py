"""Reserved addresses, and where machines send their logs."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "address_reservations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("first_ip", sa.String(length=39), nullable=False),
        sa.Column("last_ip", sa.String(length=39), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_address_reservations_network_id_networks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_reservations")),
        sa.UniqueConstraint(
            "network_id", "first_ip", name=op.f("uq_address_reservations_network_id_first_ip")
        ),
    )
    op.create_table(
        "filebeat_hosts",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("hostname", sa.String(length=253), nullable=False),
        sa.Column("port", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["clusters.id"],
            name=op.f("fk_filebeat_hosts_cluster_id_clusters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cluster_id", "hostname", "port", name=op.f("pk_filebeat_hosts")),
    )


def downgrade() -> None:
    """Undo this revision."""
    op.drop_table("filebeat_hosts")
    op.drop_table("address_reservations")
