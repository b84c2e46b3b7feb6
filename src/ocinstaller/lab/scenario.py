"""Scenarios: which machines a lab has. Each is a file; a lab keeps that it was made with."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ocinstaller.boot.files import UefiLoader
from ocinstaller.images.kinds import PREPARED, ImageKind
from ocinstaller.lab.errors import StateError
from ocinstaller.lab.layout import Lab, Machine, MachineKind
from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.roles import check_role
from ocinstaller.model.settings import MACHINE_SETTINGS, parse_all

SCENARIOS = Path(__file__).parent / "data" / "scenarios"
DEFAULT = "line"
_MOST_DISKS = 8
NUMBERS = range(1, 254)
"""Of machines; each makes MAC addresses and a loop device."""
_NAME_LENGTH = {MachineKind.CONTAINER: 13, MachineKind.BIOS: 9, MachineKind.UEFI: 9}
"""`NAME-0` and `tap-NAME-0` have to fit into the 15 characters of an interface's name."""
_KEYS = {"name", "number", "kind", "role", "data_disks_gib", "disks", "settings"}


@dataclass(frozen=True)
class Scenario:
    """A name, its machines, and the kinds of images that are made for their roles.

    :ivar outside: tenants' networks lead outside, over the second card of the network and compute
        machines.
    """

    name: str
    machines: tuple[Machine, ...]
    prepared: tuple[ImageKind, ...] = ()
    outside: bool = False

    @property
    def uefi_loader(self) -> UefiLoader:
        """What all UEFI machines start: shim, as soon as one of them demands signatures."""
        secure = any(machine.secure_boot for machine in self.machines)
        return UefiLoader.SHIM if secure else UefiLoader.IPXE

    def machine(self, name: str) -> Machine:
        """Find a machine.

        :raises ValueError: no machine has that name.
        """
        for machine in self.machines:
            if machine.name == name:
                return machine
        known = ", ".join(machine.name for machine in self.machines)
        raise ValueError(f"machine {name!r} does not exist; the lab has {known}")


def known() -> list[str]:
    """Names of the scenarios that come with the lab."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def load(name: str) -> Scenario:
    """Read a scenario that comes with the lab, or that a path ending in .yaml names.

    :raises ValueError: there is none of that name, or its file is wrong; the text says where.
    """
    file = Path(name) if name.endswith(".yaml") else SCENARIOS / f"{name}.yaml"
    try:
        content = yaml.safe_load(file.read_text())
    except FileNotFoundError as error:
        allowed = f"{', '.join(known())}, or a file's path ending in .yaml"
        raise ValueError(f"scenario {name!r} does not exist; allowed: {allowed}") from error
    except yaml.YAMLError as error:
        raise ValueError(f"scenario {file}: {error}") from error
    entries = content.get("machines") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"scenario {file}: it needs a list of machines")
    machines = tuple(_machine(file, entry) for entry in entries)
    for field in ("name", "number"):
        values = [getattr(machine, field) for machine in machines]
        twice = sorted({str(value) for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"scenario {file}: {field} {', '.join(twice)} is there twice")
    outside = content.get("outside", False)
    if not isinstance(outside, bool):
        raise ValueError(f"scenario {file}: outside {outside}; allowed: true or false")
    return Scenario(name, machines, _prepared(file, content.get("prepared", [])), outside)


def current(lab: Lab) -> Scenario:
    """Return the scenario of a lab; the default one as long as none was chosen."""
    record = _record(lab)
    return load(record.read_text().strip() if record.exists() else DEFAULT)


def choose(lab: Lab, name: str) -> Scenario:
    """Make a lab one of a scenario.

    :raises StateError: it is one of another scenario already.
    """
    scenario = load(name)
    record = _record(lab)
    before = current(lab).name
    if before != name and lab.server_state.exists():
        raise StateError(
            f"the lab in {lab.directory} is one of scenario {before}; take another --directory "
            f"and --name for {name}"
        )
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(f"{name}\n")
    return scenario


def _record(lab: Lab) -> Path:
    return lab.run_directory / "scenario"


def _prepared(file: Path, roles: Any) -> tuple[ImageKind, ...]:
    if not isinstance(roles, list) or not set(roles) <= PREPARED.keys():
        raise ValueError(
            f"scenario {file}: prepared {roles}; allowed: a list of {', '.join(PREPARED)}"
        )
    return tuple(PREPARED[role] for role in roles)


def _machine(file: Path, entry: Any) -> Machine:
    if (
        not isinstance(entry, dict)
        or not {"name", "number", "kind", "role"} <= entry.keys() <= _KEYS
    ):
        raise ValueError(
            f"scenario {file}: a machine needs name, number, kind and role, not {entry}"
        )
    name, number, disks = str(entry["name"]), entry["number"], entry.get("data_disks_gib", [])
    if not re.fullmatch("[a-z][a-z0-9-]*", name):
        raise ValueError(f"scenario {file}: name {name!r}; allowed: small letters, digits and -")
    if number not in NUMBERS:
        raise ValueError(f"scenario {file}: number {number} of {name}; allowed: 1 to 253")
    if not isinstance(disks, list) or not all(isinstance(size, int) and size > 0 for size in disks):
        raise ValueError(f"scenario {file}: data_disks_gib of {name}: a list of sizes in GiB")
    if entry["kind"] not in set(MachineKind):
        allowed = ", ".join(MachineKind)
        raise ValueError(f"scenario {file}: kind {entry['kind']} of {name}; allowed: {allowed}")
    kind = MachineKind(entry["kind"])
    count = entry.get("disks", 1)
    if not isinstance(count, int) or not 1 <= count <= _MOST_DISKS:
        raise ValueError(f"scenario {file}: disks {count} of {name}; allowed: 1 to {_MOST_DISKS}")
    if disks if kind is not MachineKind.CONTAINER else count > 1:
        raise ValueError(
            f"scenario {file}: {name}: data_disks_gib is for containers, disks for virtual machines"
        )
    if len(name) > _NAME_LENGTH[kind]:
        raise ValueError(f"scenario {file}: {name} has more than {_NAME_LENGTH[kind]} characters")
    settings = entry.get("settings", {})
    if not isinstance(settings, dict) or not all(isinstance(v, str) for v in settings.values()):
        raise ValueError(f"scenario {file}: settings of {name}: texts by the settings' names")
    try:
        role = check_role(entry["role"])
        parse_all(MACHINE_SETTINGS, settings)
    except InvalidValue as error:
        raise ValueError(f"scenario {file}: machine {name}: {error}") from error
    own = tuple(sorted(settings.items()))
    return Machine(name, number, kind, role, tuple(disks), count, own)
