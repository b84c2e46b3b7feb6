"""Brings Swift's rings on this machine up to date; Puppet and a timer run it.

Swift's servers look for new rings by themselves, so that nothing has to be restarted.
"""

import hashlib
import logging
from pathlib import Path

from ocinstaller.agent.client import Client
from ocinstaller.agent.errors import BadAnswer
from ocinstaller.agent.files import write_atomically
from ocinstaller.agent.installed import System, connect
from ocinstaller.model.rings.wire import RingFile, RingsTaken

_LOG = logging.getLogger(__name__)


def start(system: System | None = None) -> int:
    """Fetch the rings that differ from those here, then tell which ones are here.

    :raises AgentError: the server cannot be reached, refuses, or sent something else
    """
    system = system or System()
    config, client = connect(system)
    wanted = client.rings(config.serial).rings
    system.rings.mkdir(mode=0o755, parents=True, exist_ok=True)
    for ring in wanted:
        place = system.rings / f"{ring.name}.ring.gz"
        if _digest_of(place) != ring.sha256:
            _fetch(client, config.serial, ring, place)
    client.rings_taken(RingsTaken(serial=config.serial, rings=wanted))
    return 0


def _fetch(client: Client, serial: str, ring: RingFile, place: Path) -> None:
    content = client.ring(serial, ring.name)
    digest = hashlib.sha256(content).hexdigest()
    if digest != ring.sha256:
        raise BadAnswer(f"ring {ring.name} has the SHA-256 {digest}, not {ring.sha256}")
    write_atomically(place, content, mode=0o644)
    _LOG.info("ring %s: version %d", ring.name, ring.version)


def _digest_of(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
