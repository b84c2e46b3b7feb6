"""Root's password on installed machines: made here, kept by the site's plug-in."""

import secrets

from sqlalchemy.orm import Session

from ocinstaller.actions import credentials, plugins
from ocinstaller.actions.context import Installation
from ocinstaller.model.plugins import CallState, Plugin, Step
from ocinstaller.store.plugin_tables import PluginCall
from ocinstaller.store.tables import Machine

_BYTES = 18  # 144 bits, 24 characters
_ROUNDS = 5  # nobody guesses 144 bits, and a cluster's machines are installed in one transaction


def renew(
    session: Session, oci: Installation, machine: Machine, state: CallState
) -> PluginCall | None:
    """Make a machine's root password anew and note that the plug-in is to be told.

    None when the site has no such plug-in, and the machine no password then. OCI keeps the hash;
    the password itself is encrypted, and gone when the plug-in has it.

    :param state: `HELD` to tell the plug-in when the machine is installed
    """
    password = secrets.token_urlsafe(_BYTES)
    row = plugins.request(
        session, oci, machine, Plugin.ROOT_PASSWORD, Step.CREATE, password=password, state=state
    )
    machine.root_password_hash = None
    if row is not None:
        # crypt(5): libxcrypt, which Debian's log-in uses, knows bcrypt.
        machine.root_password_hash = oci.vault.seal(credentials.hash_password(password, _ROUNDS))
    return row


def hash_of(oci: Installation, machine: Machine) -> str:
    """Return the hash of a machine's root password; empty when it has none."""
    return oci.vault.open(machine.root_password_hash) if machine.root_password_hash else ""
