"""Alembic's entry point: runs the migrations on the engine that the caller gives."""

from alembic import context
from sqlalchemy import Connection

from ocinstaller.store import (  # noqa: F401 - these add their tables
    access_tables,
    event_tables,
    order_tables,
    plugin_tables,
)
from ocinstaller.store.tables import Base


def _foreign_keys(connection: Connection, state: str) -> None:
    """Switch SQLite's foreign keys; its driver's connection: no transaction may be open.

    Alembic changes a table of SQLite by copying it and dropping the old one, which would delete
    whatever refers to its rows with ON DELETE CASCADE.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.dbapi_connection
        assert driver is not None  # noqa: S101 - it has just been connected
        driver.cursor().execute(f"PRAGMA foreign_keys={state}")


with context.config.attributes["engine"].connect() as connection:
    _foreign_keys(connection, "OFF")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    _foreign_keys(connection, "ON")
