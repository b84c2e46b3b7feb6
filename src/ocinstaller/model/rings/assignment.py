"""An assignment of partitions to devices: what each part of the cluster holds, and what moves."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ocinstaller.model.rings.devices import Device


class Level(StrEnum):
    """The levels over which replicas spread, from the widest."""

    REGION = "region"
    ZONE = "zone"
    MACHINE = "machine"
    DEVICE = "device"


Tier = tuple[str | int, ...]
"""A part of the cluster at a level, named from the widest level down."""

_TIERS: Mapping[Level, Callable[[Device], Tier]] = {
    Level.REGION: lambda device: (device.region,),
    Level.ZONE: lambda device: (device.region, device.zone),
    Level.MACHINE: lambda device: (device.region, device.zone, device.serial),
    Level.DEVICE: lambda device: (device.region, device.zone, device.serial, device.label),
}


@dataclass(frozen=True)
class Assignment:
    """Which devices hold which partitions.

    :ivar devices: by the number that `rows` name them by.
    :ivar rows: for each replica, the number of the device that holds each partition.
    """

    devices: Mapping[int, Device]
    rows: tuple[Sequence[int], ...]

    @property
    def partitions(self) -> int:
        """Number of partitions."""
        return len(self.rows[0])

    def widened(self, partitions: int) -> "Assignment":
        """Return the same places for more partitions: each one becomes several neighbours.

        A partition is the first bits of a hash, so those that begin with the old one follow it.
        """
        times = partitions // self.partitions
        if times == 1:
            return self
        rows = tuple([number for number in row for _ in range(times)] for row in self.rows)
        return Assignment(self.devices, rows)


@dataclass(frozen=True)
class Holding:
    """What a part of the cluster holds.

    :ivar weight: sum of its devices' weights.
    :ivar replicas: replicas of partitions there.
    :ivar wanted: replicas that its weight asks for.
    """

    level: Level
    tier: Tier
    weight: float
    replicas: int
    wanted: float

    @property
    def balance(self) -> float:
        """How much it holds more than its weight asks for, in percent; less is negative."""
        return 100.0 * (self.replicas / self.wanted - 1) if self.wanted else 0.0


@dataclass(frozen=True)
class Move:
    """How many replicas of partitions come to and leave a part of the cluster."""

    level: Level
    tier: Tier
    came: int
    left: int


@dataclass(frozen=True)
class Movement:
    """What differs between two assignments.

    :ivar replicas: replicas of partitions that get another device.
    :ivar total: replicas of all partitions.
    """

    replicas: int
    total: int
    moves: tuple[Move, ...]


def holdings(assignment: Assignment) -> tuple[Holding, ...]:
    """Return what each region, zone, machine and device holds."""
    held = Counter[int]()
    for row in assignment.rows:
        held.update(row)
    total_weight = sum(device.weight for device in assignment.devices.values())
    total = sum(len(row) for row in assignment.rows)
    found = []
    for level, tier_of in _TIERS.items():
        weights: dict[Tier, float] = {}
        replicas = Counter[Tier]()
        for number, device in assignment.devices.items():
            tier = tier_of(device)
            weights[tier] = weights.get(tier, 0.0) + device.weight
            replicas[tier] += held[number]
        found += [
            Holding(level, tier, round(weight, 2), replicas[tier], total * weight / total_weight)
            for tier, weight in sorted(weights.items())
        ]
    return tuple(found)


def worst_balance(found: Sequence[Holding]) -> float:
    """Return the largest deviation of a device from what its weight asks for, in percent."""
    return max((abs(h.balance) for h in found if h.level is Level.DEVICE), default=0.0)


def crowded(assignment: Assignment, level: Level) -> int:
    """Return for how many partitions a tier holds more replicas than a perfect spread would.

    With as many tiers as replicas or more, a perfect spread has one in each.
    """
    tier_of = _TIERS[level]
    usable = {number: tier_of(device) for number, device in assignment.devices.items()}
    tiers = {tier_of(device) for device in assignment.devices.values() if device.weight > 0}
    most = -(-len(assignment.rows) // len(tiers))
    return sum(
        max(Counter(usable[number] for number in numbers).values()) > most
        for numbers in zip(*assignment.rows, strict=True)
    )


def movement(before: Assignment | None, after: Assignment) -> Movement:
    """Return which replicas change their device; without `before` none does.

    At each level only what crosses its borders counts.
    """
    if before is None:
        return Movement(0, sum(len(row) for row in after.rows), ())
    partitions = max(before.partitions, after.partitions)
    before, after = before.widened(partitions), after.widened(partitions)
    now_named = {device.key: device for device in after.devices.values()}
    old = {number: now_named.get(d.key, d) for number, d in before.devices.items()}
    came = {level: Counter[Tier]() for level in Level}
    left = {level: Counter[Tier]() for level in Level}
    pairs = zip(zip(*before.rows, strict=True), zip(*after.rows, strict=True), strict=True)
    for olds, news in pairs:
        if olds != news:
            for level, tier_of in _TIERS.items():
                had = Counter(tier_of(old[number]) for number in olds)
                has = Counter(tier_of(after.devices[number]) for number in news)
                came[level].update(has - had)
                left[level].update(had - has)
    moves = tuple(
        Move(level, tier, came[level][tier], left[level][tier])
        for level in Level
        for tier in sorted(came[level].keys() | left[level].keys())
    )
    total = sum(len(row) for row in after.rows)
    return Movement(came[Level.DEVICE].total(), total, moves)
