"""The topology of a cluster: networks as buses, machines as boxes below, wires between them.

The picture grows with the number of roles and networks, not of machines: a box names the first
machines of its role and counts the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ocinstaller.actions.cluster_views import RoleGroup, Topology
from ocinstaller.model.snapshot import MachineFacts
from ocinstaller.web.drawing.hues import hues
from ocinstaller.web.formats import tone

_MARGIN = 12
_BUS_GAP = 36
_BUS_TOP = 30
_BOX_WIDTH = 168
_BOX_GAP = 14
_LINE = 18
_HEADER = 28
_WIRE_GAP = 14
_LEAST_WIDTH = 760
_SHOWN = 6
"""Machines that a box names."""
_DROP = 34
"""Between the lowest bus and the boxes."""


@dataclass(frozen=True)
class Bus:
    """A network as a horizontal line."""

    name: str
    label: str
    hue: str
    x1: int
    x2: int
    y: int
    vip: str
    """The API's virtual address, when it is in this network."""


@dataclass(frozen=True)
class Line:
    """A machine in a box: a dot in the colour of its state, and its name."""

    x: int
    y: int
    text: str
    serial: str
    tone: str
    state: str


@dataclass(frozen=True)
class Wire:
    """The connection of a box with a bus, from `y1` down to `y2`."""

    x: int
    y1: int
    y2: int
    hue: str


@dataclass(frozen=True)
class Box:
    """The machines of a role."""

    role: str
    count: int
    x: int
    y: int
    width: int
    height: int
    lines: Sequence[Line]
    wires: Sequence[Wire]
    more: int


@dataclass(frozen=True)
class TopologyPicture:
    """Everything that the template draws, in user units."""

    width: int
    height: int
    buses: Sequence[Bus]
    boxes: Sequence[Box]


def draw(topology: Topology) -> TopologyPicture:
    """Return the picture of a cluster."""
    colours = hues(network.use.name for network in topology.networks)
    row = len(topology.groups) * (_BOX_WIDTH + _BOX_GAP) - _BOX_GAP + 2 * _MARGIN
    width = max(_LEAST_WIDTH, row)
    levels = {
        network.use.name: _BUS_TOP + number * _BUS_GAP
        for number, network in enumerate(topology.networks)
    }
    buses = [
        Bus(
            network.use.name,
            f"{network.use.network} · {network.use.role} · {network.use.location}",
            colours[network.use.name],
            _MARGIN,
            width - _MARGIN,
            levels[network.use.name],
            topology.vip.ip
            if topology.vip is not None and topology.vip.network == network.use.name
            else "",
        )
        for network in topology.networks
    ]
    top = _BUS_TOP + max(0, len(buses) - 1) * _BUS_GAP + _DROP
    boxes = [
        _box(group, _MARGIN + number * (_BOX_WIDTH + _BOX_GAP), top, levels, colours)
        for number, group in enumerate(topology.groups)
    ]
    bottom = max((box.y + box.height for box in boxes), default=top - _DROP)
    return TopologyPicture(width, bottom + _MARGIN, buses, boxes)


def _box(group: RoleGroup, x: int, y: int, levels: dict[str, int], colours: dict[str, str]) -> Box:
    shown = group.machines[:_SHOWN]
    more = len(group.machines) - len(shown)
    wires = [
        Wire(x + _BOX_WIDTH - _WIRE_GAP * (number + 1), levels[name], y, colours[name])
        for number, name in enumerate(name for name in levels if name in group.networks)
    ]
    lines = [_line(machine, x, y + _HEADER + n * _LINE) for n, machine in enumerate(shown)]
    height = _HEADER + (len(shown) + bool(more)) * _LINE + 8
    return Box(group.role, len(group.machines), x, y, _BOX_WIDTH, height, lines, wires, more)


def _line(machine: MachineFacts, x: int, y: int) -> Line:
    short = machine.hostname.split(".")[0]
    state = f"{machine.status}, Puppet {machine.puppet_status}"
    colour = (
        tone(machine.puppet_status) if machine.puppet_status == "failure" else tone(machine.status)
    )
    return Line(x + 12, y + 12, short, machine.serial or machine.hostname, colour, state)
