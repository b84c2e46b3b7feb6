"""Which rings a cluster is to have, and which devices each is to hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.placement.placing import place_machine
from ocinstaller.model.placement.spelling import is_yes
from ocinstaller.model.rings.devices import (
    PORTS,
    Device,
    RingKind,
    RingSpec,
    StoreDisk,
    object_ports,
    weight_of,
)
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, in_order
from ocinstaller.model.states import PuppetStatus
from ocinstaller.model.text import Text

STORING_ROLES = ("swiftstore", "swiftproxy")
"""Roles whose machines can have data disks for Swift."""

STORING_SERVICES = frozenset(f"swift-{kind}" for kind in RingKind)

_EC_FLAGS = ("swift_ec_enable", "swift_ec_num_data_fragments", "swift_ec_num_parity_fragments")
_PART_POWERS = (4, 32)
"""Swift takes 0 to 32; fewer than 16 partitions cannot be spread."""
_MOST_REPLICAS = 32
_MOST_HOURS = 255
"""Swift counts the hours since a move in a byte."""

_Disks = tuple[StoreDisk, ...]


@dataclass(frozen=True)
class Place:
    """Where a location is for Swift."""

    region: int
    zone: int


@dataclass(frozen=True)
class Weights:
    """What operators said about weights, each for all devices of a machine in a ring.

    :ivar usual: by kind, for machines that nothing else is said about; without one, disk sizes.
    :ivar machines: by kind and serial number; 0 drains the machine.
    """

    usual: Mapping[RingKind, float] = field(default_factory=dict)
    machines: Mapping[tuple[RingKind, str], float] = field(default_factory=dict)

    def of(self, kind: RingKind, serial: str, disk: StoreDisk) -> float:
        """Return the weight of a disk."""
        said = self.machines.get((kind, serial), self.usual.get(kind))
        return weight_of(disk.size_bytes) if said is None else said


@dataclass(frozen=True)
class RingFacts:
    """What planning needs to know beside the cluster.

    :ivar disks: the data disks of each machine, by serial number.
    :ivar places: of the locations, by name.
    :ivar members: serial numbers of the machines in each published ring; a ring that is absent
        has never been published.
    :ivar ports: port of each device of an object ring, by ring and device.
    :ivar welcome: serial numbers of machines to take in although they are not deployed yet.
    """

    disks: Mapping[str, _Disks]
    places: Mapping[str, Place]
    weights: Weights = field(default_factory=Weights)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ports: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    welcome: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LeftOut:
    """A machine that stores and is not in a ring, and why."""

    hostname: str
    reason: str


@dataclass(frozen=True)
class RingPlan:
    """A ring and the devices that it is to hold."""

    spec: RingSpec
    devices: tuple[Device, ...]
    left_out: tuple[LeftOut, ...]


def ring_specs(cluster: ClusterSnapshot) -> tuple[RingSpec, ...]:
    """Return the rings that a cluster has.

    :raises InvalidValue: a setting is out of its range
    """
    power = _number(cluster, "swift_part_power", _PART_POWERS)
    replicas = _number(cluster, "swift_replicas", (1, _MOST_REPLICAS))
    hours = _number(cluster, "swift_min_part_hours", (0, _MOST_HOURS))
    specs = tuple(RingSpec(kind, kind, power, replicas, hours) for kind in RingKind)
    if not is_yes(cluster.setting("swift_ec_enable")):
        return specs
    index = _number(cluster, "swift_ec_policy_index", (1, 99))
    fragments = _number(cluster, _EC_FLAGS[1], (1, _MOST_REPLICAS)) + _number(
        cluster, _EC_FLAGS[2], (1, _MOST_REPLICAS)
    )
    coded = RingSpec(f"object-{index}", RingKind.OBJECT, power, fragments, hours)
    return (*specs, coded)


def _number(cluster: ClusterSnapshot, name: str, allowed: tuple[int, int]) -> int:
    least, most = allowed
    value = cluster.setting(name)
    try:
        number = int(value)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise InvalidValue(
            name, value, Text("a number from {least} to {most}", least=least, most=most)
        )
    return number


def plan_ring(cluster: ClusterSnapshot, spec: RingSpec, facts: RingFacts) -> RingPlan:
    """Return what a ring is to hold.

    A ring's first devices are those of all machines that store. Later a machine joins once it is
    deployed, or when an operator welcomes it: partitions must not move to a machine that does not
    run.

    :raises Conflict: there are fewer devices with a weight than replicas
    """
    devices: list[Device] = []
    left_out: list[LeftOut] = []
    for machine in in_order(m for m in cluster.machines if m.role in STORING_ROLES):
        if f"swift-{spec.kind}" not in place_machine(cluster, machine).services:
            continue
        reason = _obstacle(machine, spec, facts)
        if reason:
            left_out.append(LeftOut(machine.hostname, reason))
        else:
            devices += _devices(cluster, machine, spec, facts)
    plan = RingPlan(spec, tuple(devices), tuple(left_out))
    _check_number(cluster, plan)
    return plan


def _obstacle(machine: MachineFacts, spec: RingSpec, facts: RingFacts) -> str:
    """Return why a machine cannot be in the ring; empty when it can."""
    serial = machine.serial or ""
    if machine.location not in facts.places:
        return Text("it has no location")
    if not facts.disks.get(serial):
        return Text("it has no data disk: one beside the system's, writable, of at least 300 MiB")
    members = facts.members.get(spec.name)
    if members is None or serial in members or serial in facts.welcome:
        return ""
    if machine.puppet_status is not PuppetStatus.SUCCESS:
        return Text(
            "it is not deployed yet (machine {status}, puppet {puppet_status})",
            status=machine.status,
            puppet_status=machine.puppet_status,
        )
    return ""


def _devices(
    cluster: ClusterSnapshot, machine: MachineFacts, spec: RingSpec, facts: RingFacts
) -> list[Device]:
    serial = machine.serial or ""
    disks = facts.disks[serial]
    ports = _ports(machine, spec, facts, tuple(disk.label for disk in disks))
    place = facts.places[machine.location]
    return [
        Device(
            serial=serial,
            hostname=machine.hostname,
            label=disk.label,
            region=place.region,
            zone=place.zone,
            address=cluster.management_address(machine),
            port=ports[disk.label],
            weight=facts.weights.of(spec.kind, serial, disk),
        )
        for disk in disks
    ]


def _ports(
    machine: MachineFacts, spec: RingSpec, facts: RingFacts, names: tuple[str, ...]
) -> Mapping[str, int]:
    usual = PORTS[spec.kind]
    per_port = machine.own_setting("servers_per_port")
    if spec.kind is not RingKind.OBJECT or not int(per_port):
        return dict.fromkeys(names, usual)
    present = facts.ports.get(spec.name, {})
    mine = {label: port for (serial, label), port in present.items() if serial == machine.serial}
    return object_ports(names, mine)


def _check_number(cluster: ClusterSnapshot, plan: RingPlan) -> None:
    usable = sum(device.weight > 0 for device in plan.devices)
    if usable >= plan.spec.replicas:
        return
    outside = "".join(f"; {left.hostname}: {left.reason}" for left in plan.left_out)
    field_at_fault = "swift_ec_enable" if plan.spec.is_erasure_coded else "swift_replicas"
    raise Conflict(
        Text(
            "cluster {name}: ring {spec_name} has {usable} disks with a weight for "
            "{replicas} replicas of each partition{outside}",
            name=cluster.name,
            spec_name=plan.spec.name,
            usable=usable,
            replicas=plan.spec.replicas,
            outside=outside,
        ),
        field=field_at_fault,
        value=plan.spec.replicas,
        allowed=Text(
            "at least {replicas} disks on machines that store {kind}s, or fewer replicas",
            replicas=plan.spec.replicas,
            kind=plan.spec.kind,
        ),
    )
