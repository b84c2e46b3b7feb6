"""Keeps an installed machine's certificates as the server has them: `certificates`.

Started every day. The server renews what has a third of its life left; Puppet copies what changed
to the services and restarts them, one after the other.
"""

import fcntl
import logging
from collections.abc import Sequence
from pathlib import Path

from ocinstaller.agent.errors import CommandError
from ocinstaller.agent.files import write_atomically
from ocinstaller.agent.installed import System, connect
from ocinstaller.agent.trust import CA_DIRECTORY
from ocinstaller.model.plan import TargetFile

_LOG = logging.getLogger(__name__)

_TIMEOUT_S = 120.0
_RUN_PUPPET = ("systemctl", "kill", "--signal=USR1", "--kill-whom=main", "puppet.service")
"""The daemon's signal for a run at once (puppet-agent(8), DIAGNOSTICS)."""


def refresh(system: System | None = None) -> bool:
    """Write what differs from the server's files; tell whether anything did.

    :raises AgentError: the server cannot be reached or refuses
    """
    system = system or System()
    config, client = connect(system)
    with lock(system).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        changed = write(system, client.certificates(config.serial).files)
    if not changed:
        return False
    try:
        system.run(_RUN_PUPPET, _TIMEOUT_S)
    except CommandError as error:
        _LOG.warning("Puppet takes the certificates up with its next run: %s", error)
    return True


def write(system: System, files: Sequence[TargetFile]) -> bool:
    """Write the files that differ, and let the system trust what CAs there are now.

    :returns: whether any did
    :raises CommandError: the CAs could not be taken up
    """
    changed = [file.path for file in files if _write(place_of(system, file.path), file)]
    if changed:
        _LOG.info("changed: %s", ", ".join(changed))
    if any(is_authority(path) for path in changed):
        update_authorities(system)
    return bool(changed)


def lock(system: System) -> Path:
    """Return the file whose lock keeps those that write certificates apart."""
    file = system.root / "run/oci-certificates.lock"
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def place_of(system: System, path: str) -> Path:
    """Return where a file of the system is."""
    return system.root / path.lstrip("/")


def is_authority(path: str) -> bool:
    """Tell whether a file is a CA that the whole system trusts."""
    return path.startswith(CA_DIRECTORY)


def update_authorities(system: System) -> None:
    """Let the system trust the CAs that there are now.

    :raises CommandError: it fails
    """
    system.run(("update-ca-certificates",), _TIMEOUT_S)


def _write(path: Path, file: TargetFile) -> bool:
    content = file.content.encode()
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content, mode=file.mode)
    return True
