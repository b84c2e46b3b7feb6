"""What machines need to know of a network: VLAN, MTU, bridge, router, and BMC matching."""

from ipaddress import ip_network

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None

_NETWORKS = sa.table("networks", *(sa.column(name) for name in ("id", "ip", "cidr", "gateway")))
_COLUMNS = (
    "vlan", "mtu", "bridge_name", "gateway", "vip_usage", "lldp_match",
    "ipmi_match_addr", "ipmi_match_cidr", "ipmi_mode",
)  # fmt: skip
_ROUTED_BITS = 3  # host bits of the smallest network with room for a router


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("networks") as batch:
        batch.add_column(sa.Column("vlan", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("mtu", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("bridge_name", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("gateway", sa.String(length=39), nullable=True))
        batch.add_column(
            sa.Column("vip_usage", sa.String(16), nullable=False, server_default="controller")
        )
        batch.add_column(sa.Column("lldp_match", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("ipmi_match_addr", sa.String(length=39), nullable=True))
        batch.add_column(sa.Column("ipmi_match_cidr", sa.Integer(), nullable=True))
        batch.add_column(
            sa.Column("ipmi_mode", sa.String(16), nullable=False, server_default="ocimanaged")
        )
    connection = op.get_bind()
    for number, ip, cidr in connection.execute(
        sa.select(_NETWORKS.c.id, _NETWORKS.c.ip, _NETWORKS.c.cidr)
    ).all():
        network = ip_network(f"{ip}/{cidr}")
        if network.max_prefixlen - network.prefixlen >= _ROUTED_BITS:
            connection.execute(
                _NETWORKS.update()
                .where(_NETWORKS.c.id == number)
                .values(gateway=str(network.network_address + 1))
            )
    with op.batch_alter_table("networks") as batch:
        batch.alter_column("mtu", existing_type=sa.Integer(), server_default=None)
        for name in ("vip_usage", "ipmi_mode"):
            batch.alter_column(name, existing_type=sa.String(16), server_default=None)


def downgrade() -> None:
    """Undo this revision."""
    with op.batch_alter_table("networks") as batch:
        for column in reversed(_COLUMNS):
            batch.drop_column(column)
