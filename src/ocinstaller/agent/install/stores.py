"""Step: XFS file systems for Swift on the disks that hold no part of the system."""

from pathlib import Path

from ocinstaller.agent.errors import CommandError
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.device import Disk
from ocinstaller.agent.install.partition import wipe
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import DataFileSystem, InstallPlan, TargetFile

TIMEOUT_S = 600.0
"""mkfs.xfs writes little, but discards the whole disk first."""

MOUNTPOINT = "/srv/node"
"""Where Swift's servers look for their devices, unless told otherwise."""

_OPTIONS = "noatime,nodiratime,logbufs=8"
_UNIT = """[Unit]
Description=Swift's disk {label}

[Mount]
What=UUID={uuid}
Where={place}
Type=xfs
Options={options}
"""


def stores(context: Context) -> None:
    """Make the plan's file systems; those of this cluster that are there already are kept.

    A store that is installed again keeps its objects this way.
    """
    wanted = context.plan.storage.data_file_systems
    for file_system, disk in zip(wanted, context.store_disks, strict=True):
        if _uuid_on(context, disk.node) == file_system.uuid:
            context.log(f"disk {disk.name}: {file_system.label} is kept")
        else:
            wipe(context, disk)
            _make(context, file_system, disk)


def _uuid_on(context: Context, node: Path) -> str:
    """Return the UUID of the XFS on a device; empty when there is none, or more than one thing."""
    try:
        found = context.run(("blkid", "--probe", "--output", "export", str(node)), TIMEOUT_S)
    except CommandError:
        return ""
    tags = dict(line.split("=", 1) for line in found.splitlines() if "=" in line)
    return tags.get("UUID", "") if tags.get("TYPE") == "xfs" else ""


def _make(context: Context, file_system: DataFileSystem, disk: Disk) -> None:
    naming = ("-L", file_system.label, "-m", f"uuid={file_system.uuid}")
    context.stream(("mkfs.xfs", "-q", "-f", *naming, str(disk.node)), TIMEOUT_S)
    context.log(f"disk {disk.name}: xfs {file_system.label}")


def fstab_lines(plan: InstallPlan) -> tuple[str, ...]:
    """Return the lines of a machine's table; a store starts without a disk that is broken."""
    return tuple(
        f"UUID={store.uuid} {MOUNTPOINT}/{store.label} xfs {_OPTIONS},nofail 0 0"
        for store in plan.storage.data_file_systems
    )


def target_files(plan: InstallPlan) -> tuple[TargetFile, ...]:
    """Return the mount units of a container.

    It has no udev, so no device would ever turn up for a line of its table; mount(8) itself finds
    file systems by their UUID.
    """
    if plan.firmware is not Firmware.CONTAINER:
        return ()
    return tuple(
        TargetFile(
            path=f"/etc/systemd/system/{unit_name(store)}",
            content=_UNIT.format(
                label=store.label,
                uuid=store.uuid,
                place=f"{MOUNTPOINT}/{store.label}",
                options=_OPTIONS,
            )
            + "\n[Install]\nWantedBy=multi-user.target\n",
        )
        for store in plan.storage.data_file_systems
    )


def units(plan: InstallPlan) -> tuple[str, ...]:
    """Return the units to enable."""
    if plan.firmware is not Firmware.CONTAINER:
        return ()
    return tuple(unit_name(store) for store in plan.storage.data_file_systems)


def unit_name(store: DataFileSystem) -> str:
    """Return the name of the mount unit, which its place dictates (systemd.unit(5), escaping)."""
    escaped = store.label.replace("-", r"\x2d")
    return f"{MOUNTPOINT.strip('/').replace('/', '-')}-{escaped}.mount"
