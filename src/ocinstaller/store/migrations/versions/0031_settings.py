"""Settings of clusters and machines as rows; three columns of clusters become such rows."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0060"
branch_labels = None
depends_on = None

_COLUMNS = {
    "region_name": (sa.String(63), "RegionOne"),
    "vip_hostname": (sa.String(253), ""),
    "time_server_host": (sa.String(255), ""),
}
"""What was a column of clusters, and its default then."""


def upgrade() -> None:
    """Apply this revision."""
    for owner, table, length in (("cluster", "clusters", 255), ("machine", "machines", 256)):
        op.create_table(
            f"{owner}_settings",
            sa.Column(f"{owner}_id", sa.Integer(), nullable=False),
            sa.Column("name", sa.String(length=63), nullable=False),
            sa.Column("value", sa.String(length=length), nullable=True),
            sa.Column("sealed", sa.LargeBinary(), nullable=True),
            sa.ForeignKeyConstraint(
                [f"{owner}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_{owner}_settings_{owner}_id_{table}"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint(f"{owner}_id", "name", name=op.f(f"pk_{owner}_settings")),
        )
    connection = op.get_bind()
    clusters = sa.table("clusters", sa.column("id"), *map(sa.column, _COLUMNS))
    rows = [
        {"cluster_id": number, "name": name, "value": value}
        for number, *values in connection.execute(sa.select(*clusters.c)).all()
        for (name, (_, default)), value in zip(_COLUMNS.items(), values, strict=True)
        # An empty time server was the default and stays what it was: none.
        if value != default or name == "time_server_host"
    ]
    if rows:
        op.bulk_insert(_settings(), rows)
    with op.batch_alter_table("clusters") as batch:
        for name in reversed(_COLUMNS):
            batch.drop_column(name)


def downgrade() -> None:
    """Undo this revision; what the columns cannot hold is lost."""
    with op.batch_alter_table("clusters") as batch:
        for name, (kind, default) in _COLUMNS.items():
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=default))
    connection = op.get_bind()
    settings = _settings()
    for name, (kind, _) in _COLUMNS.items():
        clusters = sa.table("clusters", sa.column("id"), sa.column(name))
        query = sa.select(settings.c.cluster_id, settings.c.value).where(settings.c.name == name)
        for number, value in connection.execute(query).all():
            connection.execute(
                clusters.update().where(clusters.c.id == number).values({name: value})
            )
        with op.batch_alter_table("clusters") as batch:
            batch.alter_column(name, existing_type=kind, server_default=None)
    op.drop_table("machine_settings")
    op.drop_table("cluster_settings")


def _settings() -> sa.TableClause:
    return sa.table("cluster_settings", *map(sa.column, ("cluster_id", "name", "value")))
