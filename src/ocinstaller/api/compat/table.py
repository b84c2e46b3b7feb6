"""The table of all actions of `api.php`."""

from ocinstaller.api.compat import (
    clusters,
    discovery,
    machines,
    networks,
    orders,
    passwords,
    plugins,
    power,
    rings,
)
from ocinstaller.api.compat.absent import ABSENT
from ocinstaller.api.compat.action import Absent, Action

_ALL: tuple[Action | Absent, ...] = (
    *networks.ACTIONS,
    *clusters.ACTIONS,
    *machines.ACTIONS,
    *discovery.ACTIONS,
    *passwords.ACTIONS,
    *plugins.ACTIONS,
    *orders.ACTIONS,
    *power.ACTIONS,
    *rings.ACTIONS,
    *ABSENT,
)

ACTIONS = {action.name: action for action in _ALL}
"""Every action of the original, by its name."""
