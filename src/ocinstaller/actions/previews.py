"""What an installation will do to a machine, told before it is requested."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.images import imageset
from ocinstaller.images.errors import BrokenImageError
from ocinstaller.images.kinds import ImageKind
from ocinstaller.model import storage_layout
from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import BlockDevice, HardwareReport
from ocinstaller.model.plan import Partition
from ocinstaller.model.states import Event, State, next_state
from ocinstaller.store import queries


@dataclass(frozen=True)
class InstallationPreview:
    """The disk that will be overwritten, how it will be divided, and with which image."""

    disk: BlockDevice
    partitions: Sequence[Partition]
    image_digest: str
    image_bytes: int
    hostname: str


def preview_installation(session: Session, oci: Installation, name: str) -> InstallationPreview:
    """Return what an installation would do.

    :raises NotFound: no machine has this serial number or host name
    :raises WrongState: it does not run the live system
    :raises Conflict: it belongs to no cluster, has no disk, or there is no image
    """
    machine = queries.machine(session, name)
    next_state(State(machine.status), Event.INSTALL_REQUESTED)
    if machine.cluster is None:
        raise Conflict(
            f"machine {name} belongs to no cluster",
            field="machine",
            value=name,
            allowed="a machine of a cluster: enrol it first",
        )
    try:
        image = imageset.current(Path(oci.conf.images.directory), ImageKind.TARGET)
    except BrokenImageError as error:
        raise Conflict(
            f"there is no target image: {error}",
            field="images.directory",
            value=oci.conf.images.directory,
            allowed="an image made by oci-build-image target",
        ) from error
    hardware = HardwareReport.model_validate(machine.hardware)
    size_bytes = image.files[imageset.SQUASHFS].size_bytes
    plan = storage_layout.disk_plan(
        hardware.block_devices, hardware.firmware, size_bytes, image.unpacked_bytes
    )
    disk = next(one for one in hardware.block_devices if one.name == plan.name)
    return InstallationPreview(
        disk, plan.partitions, image.digest, size_bytes, machine.hostname or ""
    )
