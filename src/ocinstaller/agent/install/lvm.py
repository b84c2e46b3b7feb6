"""LVM's commands, each limited to the devices that it may see."""

from collections.abc import Sequence
from pathlib import Path

from ocinstaller.agent.command import Run
from ocinstaller.agent.errors import CommandError

TIMEOUT_S = 120.0

_ASK = ("--noheadings", "--options")


class Visible:
    """Volume groups on some devices; others do not exist for it (lvm(8), `--devices`)."""

    def __init__(self, run: Run, devices: Sequence[Path]) -> None:
        self._run = run
        self._devices = tuple(map(str, devices))
        self._only = ("--devices", ",".join(self._devices))

    def tags(self, group: str) -> set[str]:
        """Return the tags of a group; none when there is no such group."""
        return set(self._ask("vgs", "vg_tags", group).replace(",", " ").split())

    def volumes(self, group: str) -> set[str]:
        """Return the names of a group's volumes."""
        return set(self._ask("lvs", "lv_name", group).split())

    def group_of(self, device: Path) -> str:
        """Return the group that a device belongs to; empty when it belongs to none."""
        return self._ask("pvs", "vg_name", str(device)).strip()

    def create_group(self, name: str, tag: str | None = None) -> None:
        """Make a group of all devices; what they hold is lost."""
        self.initialise(*self._devices)
        tags = ("--addtag", tag) if tag else ()
        self._run(("vgcreate", "--yes", *self._only, *tags, name, *self._devices), TIMEOUT_S)

    def initialise(self, *devices: str) -> None:
        """Make devices ready for a group; what they hold is lost."""
        self._run(("pvcreate", "--yes", "-ff", *self._only, *devices), TIMEOUT_S)

    def extend_group(self, name: str, devices: Sequence[Path]) -> None:
        """Add devices to a group; what they hold is lost."""
        names = tuple(map(str, devices))
        self.initialise(*names)
        self._run(("vgextend", "--yes", *self._only, name, *names), TIMEOUT_S)

    def create_volume(self, group: str, name: str, size_mib: int | None) -> None:
        """Make a volume; None as size takes what is left of the group."""
        size = ("--extents", "100%FREE") if size_mib is None else ("--size", f"{size_mib}m")
        options = ("--yes", "--wipesignatures", "y", *self._only, *size)
        self._run(("lvcreate", *options, "--name", name, group), TIMEOUT_S)

    def activate(self, group: str) -> None:
        """Make the devices of a group's volumes."""
        self._run(("vgchange", *self._only, "--activate", "y", group), TIMEOUT_S)

    def _ask(self, command: str, column: str, about: str) -> str:
        try:
            return self._run((command, *self._only, *_ASK, column, about), TIMEOUT_S)
        except CommandError:
            return ""


def group_disks(run: Run, group: str) -> set[str]:
    """Return the devices of a volume group wherever they are."""
    select = ("--select", f"vg_name={group}")
    return set(run(("pvs", *_ASK, "pv_name", *select), TIMEOUT_S).split())
