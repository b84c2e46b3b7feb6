"""What an installation does with a machine's disks, and which of them Swift gets."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.images.imageset import SQUASHFS, ImageSet
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.placement.placing import place_machine
from ocinstaller.model.rings.devices import StoreDisk
from ocinstaller.model.rings.planning import STORING_ROLES, STORING_SERVICES
from ocinstaller.model.snapshot import ClusterSnapshot
from ocinstaller.model.storage_layout import (
    DataUse,
    StorageLayout,
    StorageSettings,
    storage_layout,
)
from ocinstaller.store import setting_rows, snapshots
from ocinstaller.store.ring_tables import SwiftDevice
from ocinstaller.store.tables import Cluster, Machine

_SEED = "swift_hash_prefix"
"""The secret that tells a cluster's objects from another's, and so its file systems too."""


def layout_of(
    session: Session,
    oci: Installation,
    machine: Machine,
    image: ImageSet,
    cluster: ClusterSnapshot | None = None,
) -> StorageLayout:
    """Return what the machine's installation does with each of its disks.

    :param cluster: the machine's, when it is at hand
    :raises Conflict: it lacks a disk that the system needs
    """
    hardware = HardwareReport.model_validate(machine.hardware)
    squashfs = image.files[SQUASHFS]
    settings = setting_rows.of_machine(session, machine.id)
    return storage_layout(
        hardware.block_devices,
        hardware.firmware,
        StorageSettings.of(settings),
        DataUse(
            machine.role or "",
            volume_group=_volume_group(machine),
            separate=bool(settings.get("cinder_separate_volume_groups", False)),
            swift_seed=_seed(session, oci, machine, cluster),
        ),
        squashfs.size_bytes,
        image.unpacked_bytes,
    )


def store_disks(layout: StorageLayout) -> tuple[StoreDisk, ...]:
    """Return the disks that Swift gets."""
    sizes = {decision.disk.name: decision.disk.size_bytes for decision in layout.disks}
    return tuple(
        StoreDisk(store.label, sizes[store.name]) for store in layout.plan.data_file_systems
    )


def remember_disks(session: Session, machine: Machine, layout: StorageLayout) -> None:
    """Note which disks a requested installation gives to Swift; rings rely on it from then on."""
    wanted = {disk.label: disk.size_bytes for disk in store_disks(layout)}
    for row in session.scalars(select(SwiftDevice).where(SwiftDevice.machine_id == machine.id)):
        size = wanted.pop(row.label, None)
        if size is None:
            session.delete(row)
        else:
            row.size_bytes = size
    for label, size in wanted.items():
        session.add(SwiftDevice(machine_id=machine.id, label=label, size_bytes=size))


def _volume_group(machine: Machine) -> str | None:
    """Return the name of Cinder's volume group, without its number: `<cluster>vol<n>vg`."""
    if machine.role != "volume" or machine.cluster is None:
        return None
    number = (machine.hostname or "").split(".")[0].rpartition("-")[2]
    return f"{machine.cluster.name}vol{number}vg"


def _seed(
    session: Session, oci: Installation, machine: Machine, cluster: ClusterSnapshot | None
) -> str | None:
    """Return what makes the UUIDs of Swift's file systems; None when the machine stores nothing."""
    if machine.role not in STORING_ROLES or machine.cluster is None:
        return None
    if not _stores(cluster or _snapshot(session, machine.cluster), machine.serial):
        return None
    secrets = oci.vault.cluster_secrets(session, machine.cluster.id, [_SEED])
    return secrets[_SEED]


def _snapshot(session: Session, cluster: Cluster) -> ClusterSnapshot:
    return snapshots.cluster_snapshot(session, cluster)


def _stores(cluster: ClusterSnapshot, serial: str) -> bool:
    member = next(m for m in cluster.machines if m.serial == serial)
    return not STORING_SERVICES.isdisjoint(place_machine(cluster, member).services)
