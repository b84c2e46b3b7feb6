"""Alembic's entry point: runs the migrations on the engine that the caller gives."""

from alembic import context

from ocinstaller.store.access_tables import AuditRecord

with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection, target_metadata=AuditRecord.metadata, render_as_batch=True
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
