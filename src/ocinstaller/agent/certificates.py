"""Keeps an installed machine's certificates as the server has them: `certificates`.

Started every day. The server renews what has a third of its life left; Puppet copies what changed
to the services and restarts them, one after the other.
"""

import logging
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
    changed = [
        file.path for file in client.certificates(config.serial).files if _write(system.root, file)
    ]
    if not changed:
        return False
    _LOG.info("changed: %s", ", ".join(changed))
    if any(path.startswith(CA_DIRECTORY) for path in changed):
        system.run(("update-ca-certificates",), _TIMEOUT_S)
    try:
        system.run(_RUN_PUPPET, _TIMEOUT_S)
    except CommandError as error:
        _LOG.warning("Puppet takes the certificates up with its next run: %s", error)
    return True


def _write(root: Path, file: TargetFile) -> bool:
    path = root / file.path.lstrip("/")
    content = file.content.encode()
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content, mode=file.mode)
    return True
