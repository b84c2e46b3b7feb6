"""Alembic's entry point: runs the migrations on the engine that the caller gives."""

from alembic import context

from ocinstaller.store import access_tables, event_tables  # noqa: F401 - these add their tables
from ocinstaller.store.tables import Base

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
