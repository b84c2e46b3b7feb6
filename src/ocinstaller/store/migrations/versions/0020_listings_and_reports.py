"""What listings show of a report in columns, the report's digest, indexes of references."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None

_REFERENCES = (
    ("machines", "cluster_id", "clusters", None),
    ("machine_macs", "machine_id", "machines", "CASCADE"),
    ("addresses", "machine_id", "machines", None),
)
_BATCH = 500


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("machines") as batch:
        batch.add_column(
            sa.Column("product_name", sa.String(length=255), nullable=False, server_default="")
        )
        batch.add_column(
            sa.Column("memory_mib", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch.add_column(sa.Column("report_digest", sa.String(length=64), nullable=True))
    _fill_columns()
    with op.batch_alter_table("machines") as batch:
        batch.alter_column("product_name", existing_type=sa.String(255), server_default=None)
        batch.alter_column("memory_mib", existing_type=sa.BigInteger(), server_default=None)
    op.create_index(op.f("ix_machines_report_digest"), "machines", ["report_digest"])
    for table, column, _, _ in _REFERENCES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _fill_columns() -> None:
    """Take the values from the stored reports, a batch at a time: they are large."""
    connection = op.get_bind()
    machines = sa.table(
        "machines",
        *(sa.column(name) for name in ("id", "product_name", "memory_mib")),
        sa.column("hardware", sa.Text),
    )
    last = 0
    while rows := connection.execute(
        sa.select(machines.c.id, sa.cast(machines.c.hardware, sa.Text))
        .where(machines.c.id > last)
        .order_by(machines.c.id)
        .limit(_BATCH)
    ).all():
        for number, text in rows:
            hardware = json.loads(text)
            connection.execute(
                machines.update()
                .where(machines.c.id == number)
                .values(
                    product_name=hardware.get("product", {}).get("name", ""),
                    memory_mib=hardware.get("memory_mib", 0),
                )
            )
        last = rows[-1][0]


def downgrade() -> None:
    """Undo this revision."""
    for table, column, target, on_delete in reversed(_REFERENCES):
        _drop_reference_index(table, column, target, on_delete)
    op.drop_index(op.f("ix_machines_report_digest"), table_name="machines")
    with op.batch_alter_table("machines") as batch:
        for column in ("report_digest", "memory_mib", "product_name"):
            batch.drop_column(column)


def _drop_reference_index(table: str, column: str, target: str, on_delete: str | None) -> None:
    """Drop an index; MariaDB keeps one that a foreign key needs until the key is gone."""
    mariadb = op.get_bind().dialect.name == "mysql"
    key = op.f(f"fk_{table}_{column}_{target}")
    if mariadb:
        op.drop_constraint(key, table, type_="foreignkey")
    op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    if mariadb:
        op.create_foreign_key(key, table, target, [column], ["id"], ondelete=on_delete)
