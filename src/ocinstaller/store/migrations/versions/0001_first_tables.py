"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "boot_offers",
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("nonce_digest", sa.String(length=64), nullable=False),
        sa.Column("offered_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("mac", name=op.f("pk_boot_offers")),
    )
    op.create_table(
        "clusters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("region_name", sa.String(length=63), nullable=False),
        sa.Column("vip_hostname", sa.String(length=253), nullable=False),
        sa.Column("time_server_host", sa.String(length=255), nullable=False),
        sa.Column("initial_cluster_setup", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
        sa.UniqueConstraint("name", name=op.f("uq_clusters_name")),
    )
    op.create_table(
        "service_tokens",
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_service_tokens")),
    )
    op.create_table(
        "swift_regions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swift_regions")),
        sa.UniqueConstraint("name", name=op.f("uq_swift_regions_name")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=63), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("activated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "locations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("swift_region_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["swift_region_id"],
            ["swift_regions.id"],
            name=op.f("fk_locations_swift_region_id_swift_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locations")),
        sa.UniqueConstraint("name", name=op.f("uq_locations_name")),
    )
    op.create_table(
        "role_counts",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=63), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["clusters.id"],
            name=op.f("fk_role_counts_cluster_id_clusters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cluster_id", "role", name=op.f("pk_role_counts")),
    )
    op.create_table(
        "secrets",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"],
            ["clusters.id"],
            name=op.f("fk_secrets_cluster_id_clusters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cluster_id", "name", name=op.f("pk_secrets")),
    )
    op.create_table(
        "machines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("puppet_status", sa.String(length=16), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("hostname", sa.String(length=253), nullable=True),
        sa.Column("role", sa.String(length=63), nullable=True),
        sa.Column("cluster_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("hardware", sa.JSON(), nullable=False),
        sa.Column("dhcp_ip", sa.String(length=39), nullable=False),
        sa.Column("ipaddr", sa.String(length=39), nullable=False),
        sa.Column("key_digest", sa.String(length=64), nullable=False),
        sa.Column("first_seen", sa.DateTime(), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=False),
        sa.Column("report_counter", sa.Integer(), nullable=False),
        sa.Column("bootstrap", sa.Boolean(), nullable=False),
        sa.Column("plan_id", sa.String(length=36), nullable=True),
        sa.Column("puppet_token", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_machines_cluster_id_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("fk_machines_location_id_locations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machines")),
        sa.UniqueConstraint("hostname", name=op.f("uq_machines_hostname")),
        sa.UniqueConstraint("serial", name=op.f("uq_machines_serial")),
    )
    op.create_table(
        "networks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("ip", sa.String(length=39), nullable=False),
        sa.Column("cidr", sa.Integer(), nullable=False),
        sa.Column("first_ip", sa.String(length=39), nullable=False),
        sa.Column("last_ip", sa.String(length=39), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=63), nullable=True),
        sa.Column("iface1", sa.String(length=32), nullable=True),
        sa.Column("iface2", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_networks_cluster_id_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("fk_networks_location_id_locations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networks")),
        sa.UniqueConstraint("ip", name=op.f("uq_networks_ip")),
        sa.UniqueConstraint("name", name=op.f("uq_networks_name")),
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ip", sa.String(length=39), nullable=False),
        sa.Column("usefor", sa.String(length=16), nullable=False),
        sa.Column("vip_usage", sa.String(length=16), nullable=True),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["machine_id"], ["machines.id"], name=op.f("fk_addresses_machine_id_machines")
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["networks.id"], name=op.f("fk_addresses_network_id_networks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
        sa.UniqueConstraint("ip", name=op.f("uq_addresses_ip")),
        sa.UniqueConstraint(
            "network_id",
            "machine_id",
            "usefor",
            name=op.f("uq_addresses_network_id_machine_id_usefor"),
        ),
    )
    op.create_table(
        "install_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=255), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["machine_id"],
            ["machines.id"],
            name=op.f("fk_install_log_machine_id_machines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_install_log")),
        sa.UniqueConstraint("plan_id", "seq", name=op.f("uq_install_log_plan_id_seq")),
    )
    with op.batch_alter_table("install_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_install_log_machine_id"), ["machine_id"], unique=False)

    op.create_table(
        "machine_macs",
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["machine_id"],
            ["machines.id"],
            name=op.f("fk_machine_macs_machine_id_machines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("mac", name=op.f("pk_machine_macs")),
    )


def downgrade() -> None:
    """Undo this revision."""
    op.drop_table("machine_macs")
    op.drop_table("install_log")
    op.drop_table("addresses")
    op.drop_table("networks")
    op.drop_table("machines")
    op.drop_table("secrets")
    op.drop_table("role_counts")
    op.drop_table("locations")
    op.drop_table("users")
    op.drop_table("swift_regions")
    op.drop_table("service_tokens")
    op.drop_table("clusters")
    op.drop_table("boot_offers")
