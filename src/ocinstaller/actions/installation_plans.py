"""What an installation would do to a machine, shown before anything is erased."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ocinstaller.actions import installation, machine_network, machine_storage, site_files
from ocinstaller.actions.context import Installation
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.network_layout import Interface
from ocinstaller.model.plan import Content, StoragePlan
from ocinstaller.model.storage_layout import DiskDecision
from ocinstaller.store import queries


@dataclass(frozen=True)
class DiskView:
    """A disk of the machine and what becomes of it."""

    name: str
    size_bytes: int
    kind: str
    serial: str
    by_path: str
    use: str
    erased: bool
    """Whether the installation writes to it; members of a kept volume group keep their data."""
    reason: str

    @classmethod
    def of(cls, decision: DiskDecision) -> "DiskView":
        """Return a decision as a view."""
        disk = decision.disk
        return cls(
            name=disk.name,
            size_bytes=disk.size_bytes,
            kind=disk.kind,
            serial=disk.serial,
            by_path=disk.by_path,
            use=decision.use,
            erased=decision.is_written,
            reason=decision.reason,
        )


@dataclass(frozen=True)
class VolumeView:
    """A partition, an array or a logical volume, and what it holds."""

    on: str
    name: str
    kind: str
    size_mib: int | None
    """None: what is left."""
    filesystem: str
    mountpoint: str


@dataclass(frozen=True)
class InterfaceView:
    """An interface of the installed system."""

    name: str
    kind: str
    mac: str
    on: list[str]
    vlan: int | None
    mtu: int
    addresses: list[str]
    gateways: list[str]
    networks: list[str]
    bridges: list[str]

    @classmethod
    def of(cls, interface: Interface) -> "InterfaceView":
        """Return an interface as a view."""
        return cls(
            name=interface.name,
            kind=interface.kind,
            mac=interface.mac,
            on=list(interface.lower),
            vlan=interface.vlan,
            mtu=interface.mtu,
            addresses=list(interface.addresses),
            gateways=list(interface.gateways),
            networks=list(interface.networks),
            bridges=list(interface.bridges),
        )


@dataclass(frozen=True)
class InstallationPlanView:
    """Everything that an installation would do to a machine's disks and network."""

    machine: str
    hostname: str
    firmware: str
    disks: list[DiskView]
    volumes: list[VolumeView]
    interfaces: list[InterfaceView]
    reasons: list[str] = field(default_factory=list)
    """Why the network lies as it does."""
    extra_files: list[str] = field(default_factory=list)
    """Paths of the files that the site adds."""
    extra_packages: list[str] = field(default_factory=list)
    """Names of the packages that the site adds."""


def plan_installation(session: Session, oci: Installation, name: str) -> InstallationPlanView:
    """Return what an installation would do now; nothing changes.

    The machine may be in any state: the answer rests on its last report.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: it belongs to no cluster, or something that the plan needs is missing
    """
    machine = queries.machine(session, name)
    cluster = installation.cluster_of(machine)
    image = installation.target_image(oci, machine.role)
    storage = machine_storage.layout_of(session, oci, machine, image)
    network = machine_network.layout_of(session, machine, cluster)
    added = site_files.extras(oci.conf, cluster.name, machine.role or "", machine.hostname or "")
    return InstallationPlanView(
        machine=machine.serial,
        hostname=machine.hostname or "",
        firmware=HardwareReport.model_validate(machine.hardware).firmware,
        disks=[DiskView.of(decision) for decision in storage.disks],
        volumes=_volumes(storage.plan),
        interfaces=[InterfaceView.of(interface) for interface in network.interfaces],
        reasons=list(network.reasons),
        extra_files=[file.path for file in added.files],
        extra_packages=list(added.packages),
    )


def _volumes(plan: StoragePlan) -> list[VolumeView]:
    """Return all parts of the disks that are written, each after what it lies on."""
    found = [
        _volume(
            disk.name, f"{number} {partition.label}", partition.kind, partition.size_mib, partition
        )
        for disk in plan.disks
        for number, partition in enumerate(disk.partitions, 1)
    ]
    disks = "+".join(disk.name for disk in plan.disks)
    for array in plan.arrays:
        found.append(_volume(disks, array.label, f"raid{array.level}", None, array))
    for group in plan.groups:
        found += [
            _volume(group.name, volume.name, "volume", volume.size_mib, volume)
            for volume in group.volumes
        ]
    for data in plan.data_groups:
        names = "+".join(disk.name for disk in data.disks)
        found.append(_volume(names, data.name, "volume group", None, Content()))
    for store in plan.data_file_systems:
        found.append(VolumeView(store.name, store.label, "store", None, "xfs", ""))
    return found


def _volume(on: str, name: str, kind: str, size_mib: int | None, content: Content) -> VolumeView:
    return VolumeView(
        on=on,
        name=name,
        kind=kind,
        size_mib=size_mib,
        filesystem=content.filesystem or "",
        mountpoint=content.mountpoint or "",
    )
