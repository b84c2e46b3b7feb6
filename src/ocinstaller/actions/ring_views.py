"""What the use cases of rings answer."""

from dataclasses import dataclass
from datetime import datetime

from ocinstaller.drivers.rings import RingState
from ocinstaller.model.rings.assignment import (
    Holding,
    Level,
    Move,
    Tier,
    crowded,
    holdings,
    movement,
    worst_balance,
)
from ocinstaller.model.rings.planning import LeftOut
from ocinstaller.store.rings import Copy, NamedPlaces


@dataclass(frozen=True)
class TierView:
    """A part of the cluster: a region, a zone, a machine or a device; narrower names are empty."""

    level: str
    region: str
    zone: str
    machine: str
    device: str


@dataclass(frozen=True)
class HoldingView(TierView):
    """What a part of the cluster holds; `balance` in percent of what its weight asks for."""

    weight: float
    partitions: int
    wanted: float
    balance: float


@dataclass(frozen=True)
class MoveView(TierView):
    """How many replicas of partitions come to and leave a part of the cluster."""

    came: int
    left: int


@dataclass(frozen=True)
class LeftOutView:
    """A machine that stores and is not in the ring, and why."""

    machine: str
    reason: str


@dataclass(frozen=True)
class RingView:
    """A ring: its dimensions, how even it is, what each part of the cluster holds, what moves.

    :ivar partitions: replicas of partitions.
    :ivar balance: the largest deviation of a device from what its weight asks for, in percent.
    :ivar dispersion: Swift's measure of replicas that lie too close, in percent; 0 is best.
    :ivar crowded_regions: partitions of which a region holds more replicas than it would have to;
        the same for zones, machines and devices.
    :ivar moved: replicas of partitions that move when this ring replaces the published one.
    :ivar held_back: replicas that would move too if their partitions had not moved within
        min_part_hours; `wait_s` tells for how many seconds more. Only in a calculation's answer.
    """

    name: str
    version: int
    published: bool
    calculated_at: datetime | None
    sha256: str
    part_power: int
    replicas: int
    min_part_hours: int
    partitions: int
    machines: int
    devices: int
    balance: float
    dispersion: float
    crowded_regions: int
    crowded_zones: int
    crowded_machines: int
    crowded_devices: int
    moved: int
    moved_percent: float
    held_back: int
    wait_s: int
    holdings: list[HoldingView]
    moves: list[MoveView]
    left_out: list[LeftOutView]


@dataclass(frozen=True)
class CopyView:
    """Which version of a ring a machine has; `version` 0 when it never told."""

    machine: str
    ring: str
    version: int
    published_version: int
    current: bool
    told_at: datetime | None


@dataclass(frozen=True)
class RingsView:
    """A cluster's rings: those that machines have and those that wait to be published."""

    cluster: str
    rings: list[RingView]
    copies: list[CopyView]


class Names:
    """Turns the numbers of tiers into names."""

    def __init__(self, places: NamedPlaces, *states: RingState | None) -> None:
        self._places = places
        self._hostnames = {
            device.serial: device.hostname
            for state in states
            if state is not None
            for device in state.assignment.devices.values()
        }

    def of(self, tier: Tier) -> tuple[str, str, str, str]:
        """Return the names of region, zone, machine and device."""
        region, zone, serial, label = (*tier, None, None, None)[:4]
        regions, zones = self._places.regions, self._places.zones
        return (
            regions.get(int(region or 0), str(region)),
            "" if zone is None else zones.get(int(zone), str(zone)),
            "" if serial is None else self._hostnames.get(str(serial), str(serial)),
            str(label or ""),
        )

    def holding(self, found: Holding, times: int) -> HoldingView:
        """Return a holding as a view."""
        wanted = round(found.wanted * times, 1)
        return HoldingView(
            found.level,
            *self.of(found.tier),
            found.weight,
            found.replicas * times,
            wanted,
            round(found.balance, 2),
        )

    def move(self, found: Move, times: int) -> MoveView:
        """Return a move as a view."""
        came, left = found.came * times, found.left * times
        return MoveView(found.level, *self.of(found.tier), came, left)


@dataclass(frozen=True)
class Measured:
    """What a ring's view is made of, beside its state."""

    published: bool
    sha256: str
    before: RingState | None = None
    calculated_at: datetime | None = None
    held_back: int = 0
    wait_s: int = 0
    left_out: tuple[LeftOut, ...] = ()


def ring_view(state: RingState, places: NamedPlaces, measured: Measured) -> RingView:
    """Return a ring with all that can be measured of it."""
    before = measured.before
    names = Names(places, before, state)
    found = holdings(state.assignment)
    moving = movement(before.assignment if before else None, state.assignment)
    times = state.repeats
    devices = state.assignment.devices.values()
    close = {level: crowded(state.assignment, level) * times for level in Level}
    return RingView(
        name=state.spec.name,
        version=state.version,
        published=measured.published,
        calculated_at=measured.calculated_at,
        sha256=measured.sha256,
        part_power=state.spec.part_power,
        replicas=state.spec.replicas,
        min_part_hours=state.spec.min_part_hours,
        partitions=state.spec.replicas << state.spec.part_power,
        machines=len({device.serial for device in devices}),
        devices=len(devices),
        balance=round(worst_balance(found), 2),
        dispersion=round(state.dispersion, 2),
        crowded_regions=close[Level.REGION],
        crowded_zones=close[Level.ZONE],
        crowded_machines=close[Level.MACHINE],
        crowded_devices=close[Level.DEVICE],
        moved=moving.replicas * times,
        moved_percent=round(100 * moving.replicas / moving.total, 2),
        held_back=measured.held_back,
        wait_s=measured.wait_s,
        holdings=[names.holding(holding, times) for holding in found],
        moves=[names.move(move, times) for move in moving.moves],
        left_out=[LeftOutView(left.hostname, left.reason) for left in measured.left_out],
    )


def copy_view(copy: Copy, version: int, sha256: str) -> CopyView:
    """Return a machine's copy compared with what is published."""
    return CopyView(
        copy.hostname, copy.ring, copy.version, version, copy.sha256 == sha256, copy.told_at
    )
