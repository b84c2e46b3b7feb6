"""Hardware profiles of a site: which role a machine is bought for, told by what it is built of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.settings import MACHINE_SETTINGS
from ocinstaller.model.text import Text

_GIB = 2**30
_MIB_OF_GIB = 1024
_RAID_CONTROLLER = "LSI-raid"

YesOrNo = Literal["yes", "no"]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Range(_Entry):
    """Memory in GiB, both ends included."""

    min: float = Field(ge=0)
    max: float = Field(ge=0)


class Layout(_Entry):
    """Drives that belong together; sizes in GiB, both ends included."""

    raid_type: str = Field(default="", alias="raid-type", coerce_numbers_to_str=True)
    software_raid: YesOrNo = Field(default="no", alias="software-raid")
    options: str = ""
    size_min: float = Field(ge=0)
    size_max: float = Field(ge=0)
    num_min: int = Field(ge=0)
    num_max: int = Field(ge=0)
    device_list: tuple[str, ...] = Field(default=(), alias="device-list")

    def takes(self, device: "Device") -> bool:
        """Tell whether a drive can be one of these."""
        named = not self.device_list or device.name in {
            name.removeprefix("/dev/") for name in self.device_list
        }
        return named and self.size_min <= device.size_gib <= self.size_max

    def __str__(self) -> str:
        names = (
            Text(" of {device_list}", device_list=", ".join(self.device_list))
            if self.device_list
            else ""
        )
        return Text(
            "{num_min} to {num_max} drives{names} of {size_min:g} to {size_max:g} GiB",
            num_min=self.num_min,
            num_max=self.num_max,
            names=names,
            size_min=self.size_min,
            size_max=self.size_max,
        )


class Drives(_Entry):
    """What drives a machine has, and behind which controller."""

    controller: Literal["megacli", "none"] = "none"
    exact: YesOrNo = Field(default="no", alias="hdd-num-exact-match")
    layout: Mapping[str, Layout] = Field(default_factory=dict)


class Properties(_Entry):
    """What a machine of the profile is set to."""

    use_ceph: YesOrNo | None = None


class Profile(_Entry):
    """A kind of machine that the site buys, and what becomes of it."""

    role: str
    product_names: tuple[str, ...] = Field(default=(), alias="product-name")
    ram: Range | None = None
    hdd: Drives = Drives()
    properties: Properties = Properties()
    machine_set: tuple[str, ...] = Field(default=(), alias="machine-set")
    after_puppet: tuple[str, ...] = Field(default=(), alias="after-puppet-controller-command")


class HardwareProfiles(RootModel[Mapping[str, Profile]]):
    """The site's document: profiles by their names."""


@dataclass(frozen=True)
class Device:
    """A drive as a profile looks at it."""

    name: str
    size_gib: float


@dataclass(frozen=True)
class Match:
    """The profiles that fit a machine, and why each of the others does not."""

    fitting: Sequence[str]
    rejected: Mapping[str, str]


def match(report: HardwareReport, profiles: HardwareProfiles) -> Match:
    """Return which profiles a machine fits."""
    reasons = {name: mismatch(report, profile) for name, profile in profiles.root.items()}
    return Match(
        [name for name, reason in reasons.items() if not reason],
        {name: reason for name, reason in reasons.items() if reason},
    )


def mismatch(report: HardwareReport, profile: Profile) -> str:
    """Return why a machine does not fit a profile; empty when it does."""
    product, memory = report.product.name, report.memory_mib / _MIB_OF_GIB
    if profile.product_names and product not in profile.product_names:
        return Text(
            "its product is {product!r}, not one of {product_names}",
            product=product,
            product_names=", ".join(profile.product_names),
        )
    ram = profile.ram
    if ram and not ram.min <= memory <= ram.max:
        return Text(
            "it has {memory:.0f} GiB of memory, not {min:g} to {max:g}",
            memory=memory,
            min=ram.min,
            max=ram.max,
        )
    behind_raid = profile.hdd.controller == "megacli"
    has_raid = report.drives or any(c.kind == _RAID_CONTROLLER for c in report.controllers)
    if behind_raid and not has_raid:
        return Text("it has no RAID controller")
    return _drives_mismatch(_devices(report, behind_raid=behind_raid), profile.hdd)


def _devices(report: HardwareReport, *, behind_raid: bool) -> list[Device]:
    if behind_raid:
        return [
            Device(f"drive {d.controller}:{d.enclosure}:{d.slot}", d.size_bytes / _GIB)
            for d in report.drives
        ]
    return [Device(disk.name, disk.size_bytes / _GIB) for disk in report.block_devices]


def _drives_mismatch(devices: Sequence[Device], wanted: Drives) -> str:
    """Return what is wrong with the drives; empty when nothing is.

    Where all least numbers can be met, and all drives have a place among the greatest, one
    distribution does both (theorem of Mendelsohn and Dulmage), so each is asked for itself.
    """
    layouts = wanted.layout
    placed = _places(devices, layouts, {name: one.num_min for name, one in layouts.items()})
    for name, layout in layouts.items():
        if len(placed[name]) < layout.num_min:
            return Text(
                "layout {name} needs {layout}; there are {count}",
                name=name,
                layout=layout,
                count=len(placed[name]),
            )
    if wanted.exact == "no":
        return ""
    placed = _places(devices, layouts, {name: one.num_max for name, one in layouts.items()})
    kept = {device for members in placed.values() for device in members}
    spare = [device for device in devices if device not in kept]
    if not spare:
        return ""
    drives = ", ".join(f"{d.name} ({d.size_gib:.0f} GiB)" for d in spare)
    return Text("no layout has a place for {drives}", drives=drives)


def _places(
    devices: Sequence[Device], layouts: Mapping[str, Layout], room: Mapping[str, int]
) -> Mapping[str, list[Device]]:
    """Return as many drives as possible at layouts that take them, by augmenting paths."""
    placed: dict[str, list[Device]] = {name: [] for name in layouts}

    def find(device: Device, tried: set[str]) -> bool:
        for name, layout in layouts.items():
            if name in tried or not layout.takes(device):
                continue
            tried.add(name)
            members = placed[name]
            if len(members) < room[name]:
                members.append(device)
                return True
            for index, member in enumerate(members):
                if find(member, tried):
                    members[index] = device
                    return True
        return False

    for device in devices:
        find(device, set())
    return placed


def settings_of(name: str, profile: Profile) -> dict[str, str]:
    """Return the settings that a machine of this profile begins with.

    :raises Conflict: the profile's arguments are not those of machine-set
    """
    known = {flag: setting.name for setting in MACHINE_SETTINGS.values() for flag in setting.flags}
    found: dict[str, str] = {}
    if profile.properties.use_ceph:
        found["use_ceph_if_available"] = profile.properties.use_ceph
    words = iter(_words(profile.machine_set))
    for flag in words:
        value = next(words, None)
        if flag not in known or value is None:
            raise Conflict(
                Text(
                    "hardware profile {name}: machine-set: {flag!r} is no option with a value",
                    name=name,
                    flag=flag,
                ),
                field="machine-set",
                value=flag,
                allowed=Text("options of machine-set, each with its value"),
            )
        found[known[flag]] = value
    return found


def _words(arguments: Sequence[str]) -> list[str]:
    """Return the words of arguments, whether an option and its value are one text or two."""
    words = []
    for argument in arguments:
        flag, blank, value = argument.partition(" ")
        words += [flag, value.strip()] if blank and flag.startswith("--") else [argument]
    return words
