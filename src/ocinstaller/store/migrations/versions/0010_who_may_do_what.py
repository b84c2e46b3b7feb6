"""Roles of users, tokens, sessions, failed logins, the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision. Hashes of the former kind stay, but open nothing any more."""
    with op.batch_alter_table("users") as table:
        table.alter_column(
            "login",
            existing_type=sa.String(length=63),
            type_=sa.String(length=128),
            existing_nullable=False,
        )
        table.add_column(
            sa.Column("role", sa.String(length=16), nullable=False, server_default="operator")
        )
        table.add_column(
            sa.Column("source", sa.String(length=16), nullable=False, server_default="password")
        )
    op.execute(sa.text("UPDATE users SET role = 'administrator' WHERE is_admin"))
    with op.batch_alter_table("users") as table:
        table.drop_column("is_admin")
        table.alter_column("role", existing_type=sa.String(length=16), server_default=None)
        table.alter_column("source", existing_type=sa.String(length=16), server_default=None)
    _create_tokens()
    _create_audit()


def _create_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
        sa.UniqueConstraint("name", name=op.f("uq_api_tokens_name")),
    )
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_web_sessions_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_web_sessions_digest")),
    )
    op.create_table(
        "login_failures",
        sa.Column("address", sa.String(length=39), nullable=False),
        sa.Column("login_digest", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address", "login_digest", name=op.f("pk_login_failures")),
    )
    op.create_index(op.f("ix_login_failures_last_at"), "login_failures", ["last_at"])


def _create_audit() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_records",
        sa.Column("id", number, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("address", sa.String(length=39), nullable=False),
        sa.Column("via", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=64), nullable=False),
        sa.Column("object_name", sa.String(length=255), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_records")),
    )
    for column in ("at", "actor", "action", "object_name"):
        op.create_index(op.f(f"ix_audit_records_{column}"), "audit_records", [column])


def downgrade() -> None:
    """Take this revision back. The first tables know password hashes of no RADIUS user."""
    for name in ("audit_records", "login_failures", "web_sessions", "api_tokens"):
        op.drop_table(name)
    op.execute(sa.text("DELETE FROM users WHERE source <> 'password'"))
    with op.batch_alter_table("users") as table:
        table.add_column(
            sa.Column("is_admin", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute(sa.text("UPDATE users SET is_admin = TRUE WHERE role = 'administrator'"))
    with op.batch_alter_table("users") as table:
        table.alter_column("is_admin", existing_type=sa.Boolean(), server_default=None)
        table.drop_column("role")
        table.drop_column("source")
        table.alter_column(
            "login",
            existing_type=sa.String(length=128),
            type_=sa.String(length=63),
            existing_nullable=False,
        )
