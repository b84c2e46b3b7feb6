"""What a machine's disks and network become, decided from its report, role and settings."""

from pathlib import Path

from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.images import imageset
from ocinstaller.images.errors import BrokenImageError
from ocinstaller.images.kinds import ImageKind
from ocinstaller.model import addressing, storage_layout
from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.network_layout import NetworkLayout, network_layout
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.tables import Cluster, Machine, Network


def storage(
    session: Session, oci: Installation, machine: Machine, cluster: Cluster
) -> storage_layout.StorageLayout:
    """Return what becomes of each disk.

    :raises Conflict: there is no image, or the machine lacks a disk that its settings need
    """
    hardware = HardwareReport.model_validate(machine.hardware)
    image = target_image(oci)
    return storage_layout.storage_layout(
        hardware.block_devices,
        hardware.firmware,
        storage_layout.StorageSettings.of(setting_rows.of_machine(session, machine.id)),
        _data_use(session, machine, cluster),
        image.files[imageset.SQUASHFS].size_bytes,
        image.unpacked_bytes,
    )


def network(session: Session, machine: Machine, cluster: Cluster) -> NetworkLayout:
    """Return how the machine's networks lie on its interfaces.

    :raises Conflict: it lacks an interface, or two networks contradict each other
    """
    rows = _machine_networks(session, machine, cluster)
    of_network = {address.network_id: address.ip for address in machine.addresses}
    return network_layout(
        [queries.network_use(row) for row in rows],
        {row.name: of_network[row.id] for row in rows if row.id in of_network},
        HardwareReport.model_validate(machine.hardware).nics,
    )


def target_image(oci: Installation) -> imageset.ImageSet:
    """Return the image that machines get.

    :raises Conflict: there is none
    """
    directory = Path(oci.conf.images.directory)
    try:
        return imageset.current(directory, ImageKind.TARGET)
    except BrokenImageError as error:
        raise Conflict(
            f"there is no target image: {error}",
            field="images.directory",
            value=directory,
            allowed="an image made by oci-build-image target",
        ) from error


def _machine_networks(session: Session, machine: Machine, cluster: Cluster) -> list[Network]:
    rows = {row.name: row for row in queries.cluster_networks(session, cluster.id)}
    uses = addressing.networks_for_machine(
        [queries.network_use(row) for row in rows.values()],
        machine.role or "",
        machine.location.name if machine.location else "",
        has_network_nodes=queries.has_role(session, cluster.id, "network"),
    )
    return [rows[use.name] for use in uses]


def _data_use(session: Session, machine: Machine, cluster: Cluster) -> storage_layout.DataUse:
    """Return what the role does with data disks: Cinder's volumes lie on volume groups."""
    role = machine.role or ""
    if role != "volume":
        return storage_layout.DataUse(role)
    number = (machine.hostname or "").split(".")[0].rpartition("-")[2]
    separate = setting_rows.of_machine(session, machine.id).get("cinder_separate_volume_groups")
    return storage_layout.DataUse(
        role, f"{cluster.name}vol{number}vg", separate=separate in {True, "yes"}
    )
