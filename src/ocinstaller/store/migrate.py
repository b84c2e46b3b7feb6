"""Brings a data base to the present schema with Alembic."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from ocinstaller.store.certificate_tables import ApiCertificate
from ocinstaller.store.order_tables import MachineOrder
from ocinstaller.store.plugin_tables import PluginCall
from ocinstaller.store.ring_tables import SwiftRing

_TABLES = (SwiftRing, ApiCertificate, MachineOrder, PluginCall)
"""One of each module of tables: importing them makes the metadata complete."""
_MIGRATIONS = Path(__file__).parent / "migrations"


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def current_revision(engine: Engine) -> str | None:
    """Return the revision that the data base is at; None when it is empty."""
    with engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """Return the revision that an open connection sees; None when the data base is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision(engine: Engine) -> str | None:
    """Return the revision that this code needs."""
    return ScriptDirectory.from_config(_config(engine)).get_current_head()


def upgrade(engine: Engine) -> None:
    """Apply the missing migrations; does nothing when there are none."""
    if current_revision(engine) != head_revision(engine):
        command.upgrade(_config(engine), "head")


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back until `revision`; "base" leaves an empty data base.

    :raises CommandError: there is no such revision
    """
    command.downgrade(_config(engine), revision)


def differences(connection: Connection) -> list[str]:
    """Return where the tables differ from those of the code; empty when they do not."""
    context = MigrationContext.configure(connection)
    return [str(difference) for difference in compare_metadata(context, _TABLES[0].metadata)]
