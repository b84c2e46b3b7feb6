"""Orders to a machine that runs its installed system: `orders`, every minute.

Such a system carries out one kind, to restart. What the machine starts then is not for it to know:
the server decides that when the machine asks the network. A machine restarts once for an order,
whatever it starts then, so that one that starts its disk again does not go round in circles.
"""

import logging
import shutil
from pathlib import Path
from threading import Event

from ocinstaller.agent.errors import Stopped
from ocinstaller.agent.files import write_atomically
from ocinstaller.agent.installed import System, connect
from ocinstaller.agent.orders import Log, obey
from ocinstaller.model.orders import Order, OrderKind

_LOG = logging.getLogger(__name__)

_RESTART = ("systemctl", "reboot")
_RESTART_S = 60.0


def start(stop: Event, system: System | None = None) -> int:
    """Ask for an order and carry it out.

    :raises AgentError: the server cannot be reached or refuses; the next start asks again
    """
    system = system or System()
    config, client = connect(system)
    outcomes = system.root / "var/lib/oci/orders"

    def restart(order: Order, log: Log) -> None:
        _restart(system, outcomes / f"{order.order_id}.boot", log)

    try:
        known = obey(client, config.serial, stop, {OrderKind.RESTART: restart}, outcomes)
    except Stopped:
        return 0
    if not known and outcomes.is_dir():
        shutil.rmtree(outcomes)
    return 0


def _restart(system: System, began: Path, log: Log) -> None:
    """Restart the machine unless it has done so for this order.

    :param began: keeps in which run of the system the order was begun
    :raises Stopped: the machine is restarting; the system that starts next has the outcome
    """
    here = (system.root / "proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    if began.is_file() and began.read_text(encoding="ascii") != here:
        log("the machine has restarted and runs the system on its disk")
        return
    began.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(began, here.encode(), mode=0o600)
    _LOG.warning("restarting the machine: the server ordered it")
    system.run(_RESTART, _RESTART_S)
    raise Stopped("the machine restarts")
