"""The site's own roles."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "site_roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("purpose", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_site_roles_name")),
    )


def downgrade() -> None:
    """Undo this revision."""
    op.drop_table("site_roles")
