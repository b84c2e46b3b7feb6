"""Racks as pictures: units from bottom to top, machines as boxes in them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ocinstaller.actions.rack_places import RackedMachine

UNIT = 15
"""User units that a rack unit is high."""
_WIDTH = 190
_LEFT = 26
_TOP = 8
_USUAL_UNITS = 42
"""Of a full rack (EIA-310); higher ones are drawn as high as their machines say."""
_MOST_UNITS = 60


@dataclass(frozen=True)
class Slot:
    """A machine in a rack."""

    machine: RackedMachine
    label: str
    colour: str
    y: int
    height: int


@dataclass(frozen=True)
class Rack:
    """A rack; `unplaced` are machines whose units are not known or taken."""

    name: str
    units: int
    height: int
    width: int
    left: int
    slots: Sequence[Slot]
    marks: Sequence[tuple[int, int]]
    """Unit and height of its number at the side."""
    unplaced: Sequence[RackedMachine]


@dataclass(frozen=True)
class Row:
    """A row of racks in a data centre."""

    data_centre: str
    name: str
    racks: Sequence[Rack]


def rows(machines: Iterable[RackedMachine], colour: Callable[[RackedMachine], str]) -> list[Row]:
    """Return the picture of all rows.

    :param colour: returns the class that colours a machine
    """
    found: dict[tuple[str, str], dict[str, list[RackedMachine]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for machine in machines:
        found[machine.data_centre, machine.row][machine.rack].append(machine)
    return [
        Row(dc, row, [_rack(name, members, colour) for name, members in sorted(racks.items())])
        for (dc, row), racks in sorted(found.items())
    ]


def _rack(
    name: str, machines: Sequence[RackedMachine], colour: Callable[[RackedMachine], str]
) -> Rack:
    spans = {machine.serial: _span(machine) for machine in machines}
    highest = max((span[1] for span in spans.values() if span), default=0)
    units = max(_USUAL_UNITS, highest)
    slots, unplaced, taken = [], [], set[int]()
    for machine in machines:
        span = spans[machine.serial]
        own = set(range(span[0], span[1] + 1)) if span else set()
        if span is None or own & taken:
            unplaced.append(machine)
            continue
        taken |= own
        label = (machine.hostname or machine.serial).partition(".")[0]
        y = _TOP + (units - span[1]) * UNIT
        height = (span[1] - span[0] + 1) * UNIT
        slots.append(Slot(machine, label, colour(machine), y, height))
    marks = [(unit, _TOP + (units - unit) * UNIT) for unit in range(1, units + 1)]
    height = units * UNIT + 2 * _TOP
    return Rack(name, units, height, _WIDTH, _LEFT, slots, marks, unplaced)


def _span(machine: RackedMachine) -> tuple[int, int] | None:
    """Return the lowest and the highest unit; None when they are no sensible numbers."""
    start, end = machine.unit_start, machine.unit_end or machine.unit_start
    if not (start.isdecimal() and end.isdecimal()):
        return None
    low, high = sorted((int(start), int(end)))
    return (low, high) if low >= 1 and high <= _MOST_UNITS else None
