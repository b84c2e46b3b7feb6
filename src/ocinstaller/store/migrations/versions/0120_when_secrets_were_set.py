"""When secrets got their value, so that keys of tokens can be replaced in time."""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("secrets") as batch:
        batch.add_column(sa.Column("set_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Undo this revision."""
    with op.batch_alter_table("secrets") as batch:
        batch.drop_column("set_at")
