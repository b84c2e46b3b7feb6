"""Reports in a table of their own: the machines' rows stay small."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0032"
branch_labels = None
depends_on = None

_MACHINES = sa.table("machines", sa.column("id"), sa.column("hardware", sa.JSON()))
_REPORTS = sa.table("machine_reports", sa.column("machine_id"), sa.column("hardware", sa.JSON()))


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "machine_reports",
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("hardware", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["machine_id"],
            ["machines.id"],
            name=op.f("fk_machine_reports_machine_id_machines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("machine_id", name=op.f("pk_machine_reports")),
    )
    op.execute(
        sa.insert(_REPORTS).from_select(
            ["machine_id", "hardware"], sa.select(_MACHINES.c.id, _MACHINES.c.hardware)
        )
    )
    with op.batch_alter_table("machines") as batch:
        batch.drop_column("hardware")


def downgrade() -> None:
    """Undo this revision."""
    with op.batch_alter_table("machines") as batch:
        batch.add_column(sa.Column("hardware", sa.JSON(), nullable=True))
    report = sa.select(_REPORTS.c.hardware).where(_REPORTS.c.machine_id == _MACHINES.c.id)
    op.execute(sa.update(_MACHINES).values(hardware=report.scalar_subquery()))
    with op.batch_alter_table("machines") as batch:
        batch.alter_column("hardware", existing_type=sa.JSON(), nullable=False)
    op.drop_table("machine_reports")
