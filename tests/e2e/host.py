"""What a lab could leave behind on its host."""

import json
from dataclasses import dataclass, fields
from pathlib import Path

from ocinstaller.lab.command import run


@dataclass(frozen=True)
class Host:
    """Everything that belongs to the whole host and that a lab uses."""

    namespaces: frozenset[str]
    interfaces: frozenset[str]
    mounts: frozenset[str]
    loop_devices: frozenset[str]
    temporary: frozenset[str]

    @classmethod
    def now(cls) -> "Host":
        """Look at the host."""
        namespaces = Path("/run/netns")
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
        loops = json.loads(run("losetup", "--list", "--json") or '{"loopdevices": []}')
        return cls(
            frozenset(path.name for path in namespaces.iterdir())
            if namespaces.is_dir()
            else frozenset(),
            frozenset(path.name for path in Path("/sys/class/net").iterdir()),
            frozenset(line.split()[4] for line in mounts),
            frozenset(device["back-file"] for device in loops["loopdevices"]),
            frozenset(path.name for path in Path("/tmp").glob("oci-lab-*")),
        )

    def beyond(self, before: "Host") -> dict[str, frozenset[str]]:
        """What is there now and was not before; other programs may have removed things of theirs."""
        names = (field.name for field in fields(self))
        added = {name: getattr(self, name) - getattr(before, name) for name in names}
        return {name: found for name, found in added.items() if found}
