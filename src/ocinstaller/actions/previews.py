"""What an installation will do to a machine, told before it is requested."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.actions.installation import target_image
from ocinstaller.actions.machine_storage import layout_of
from ocinstaller.images import imageset
from ocinstaller.model.errors import Conflict
from ocinstaller.model.plan import DiskPlan
from ocinstaller.model.states import Event, State, next_state
from ocinstaller.model.storage_layout import DiskDecision
from ocinstaller.model.text import Text
from ocinstaller.store import queries


@dataclass(frozen=True)
class InstallationPreview:
    """What becomes of each disk and why, how the system's are divided, and with which image."""

    disks: Sequence[DiskDecision]
    system: Sequence[DiskPlan]
    image_digest: str
    image_bytes: int
    hostname: str

    @property
    def written(self) -> list[str]:
        """The names of the disks whose content is lost."""
        return [one.disk.name for one in self.disks if one.is_written]


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
            Text("machine {name} belongs to no cluster", name=name),
            field="machine",
            value=name,
            allowed=Text("a machine of a cluster: enrol it first"),
        )
    image = target_image(oci, machine.role)
    layout = layout_of(session, oci, machine, image)
    return InstallationPreview(
        layout.disks,
        layout.plan.disks,
        image.digest,
        image.files[imageset.SQUASHFS].size_bytes,
        machine.hostname or "",
    )
