"""The installed system's own copying between its EFI system partitions.

Firmware knows nothing of RAID: each disk has a partition of its own, and what updates of GRUB and
shim write to the first one has to reach the second.
"""

from ocinstaller.model.plan import InstallPlan, PartitionKind, TargetFile

COMMAND = "/usr/bin/python3 -m ocinstaller.agent sync-esp"

_APT_HOOK = "/etc/apt/apt.conf.d/90oci-sync-esp"
_KERNEL_HOOK = "/etc/kernel/postinst.d/zzz-oci-sync-esp"
"""Behind zz-update-grub: run-parts(8) goes by name."""


def mountpoints(plan: InstallPlan) -> list[str]:
    """Return where the plan's EFI system partitions are mounted."""
    return [
        partition.mountpoint
        for disk in plan.storage.disks
        for partition in disk.partitions
        if partition.kind is PartitionKind.ESP and partition.mountpoint is not None
    ]


def target_files(plan: InstallPlan) -> tuple[TargetFile, ...]:
    """Return the hooks that copy after each change of packages; none for one partition."""
    _, *mirrors = mountpoints(plan) or [""]
    if not mirrors:
        return ()
    apt = f'DPkg::Post-Invoke {{ "{COMMAND}"; }};\n'
    kernel = f"#!/bin/sh\nexec {COMMAND}\n"
    return (
        TargetFile(path=_APT_HOOK, content=apt),
        TargetFile(path=_KERNEL_HOOK, content=kernel, mode=0o755),
    )
