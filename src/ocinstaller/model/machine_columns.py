"""The columns of `machine-list` in their groups, and the orders of its rows.

Letters, headings and the order of the groups are the original's, as scripts rely on them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, Any]
"""What a machine's cells are taken from, by name."""


@dataclass(frozen=True)
class Column:
    """A heading and the field below it."""

    heading: str
    field: str


def _columns(text: str) -> tuple[Column, ...]:
    """Return the columns of a text: headings, with the field behind a colon if it differs."""
    pairs = (word.partition(":") for word in text.split())
    return tuple(Column(heading, field or heading) for heading, _, field in pairs)


@dataclass(frozen=True)
class Group:
    """Columns that are asked for together, by a letter."""

    name: str
    letter: str
    columns: tuple[Column, ...]

    @property
    def headings(self) -> str:
        """The headings as one text."""
        return ", ".join(column.heading for column in self.columns)


BASE = _columns("serial hostname Cur_ip:ipaddr status")
GROUPS: Mapping[str, Group] = {
    name: Group(name, letter, _columns(columns))
    for name, letter, columns in (
        (
            "versions", "v",
            "BIOSver:bios_version Lifecycle:dell_lifecycle_version IPMIver:ipmi_firmware_version",
        ),
        ("ethernet", "e", "nics"),
        ("hardware", "h", "system_manufacturer product_name memory boot_uefi secure_boot"),
        ("blockdevs", "b", "blockdevices"),
        (
            "states", "s",
            "puppet:puppet_status lastseen role cephosd:ceph_osd_initial_setup",
        ),
        ("network", "n", "dhcp_ip ladvd:ladvd_report mgmt_ip"),
        ("links", "l", "links"),
        (
            "ipmi", "i",
            "IPMI_IP:ipmi_addr detected_ipmi_addr:ipmi_detected_ip ipmi_port ipmi_username "
            "ipmi_password",
        ),
        ("zone", "z", "cluster:cluster_name location:location_name swiftregion:swiftregion_name"),
        (
            "racking", "r",
            "notes dc:loc_dc row:loc_row rack:loc_rack ustart:loc_u_start uend:loc_u_end",
        ),
    )
}  # fmt: skip
"""In the order in which they are shown, whatever the order in which they are asked for."""


def columns(groups: Collection[str]) -> tuple[Column, ...]:
    """Return the columns of a listing with these groups."""
    found = [*BASE]
    everything = len(set(groups)) == len(GROUPS)
    for group in GROUPS.values():
        if group.name in groups:
            found += _of_all(group) if everything else group.columns
    return tuple(found)


def _of_all(group: Group) -> tuple[Column, ...]:
    """Return a group's columns where all are shown, as the original arranges those."""
    if group.name == "ethernet":
        return ()
    if group.name == "hardware":
        return (*group.columns, *GROUPS["ethernet"].columns)
    return tuple(column for column in group.columns if column.field != "mgmt_ip")


def _name(fields: Fields) -> tuple[int, str]:
    """Return what sorts `compute-2` before `compute-10`."""
    hostname = fields["hostname"] or ""
    return len(hostname), hostname


def _usual(fields: Fields) -> tuple[Any, ...]:
    return (fields["role"] or "", _name(fields), fields["product_name"] or "", fields["serial"])


def _by_hostname(fields: Fields) -> tuple[Any, ...]:
    return (_name(fields), fields["serial"])


def _by_racking(fields: Fields) -> tuple[Any, ...]:
    unit = str(fields["loc_u_start"])
    place = (fields["loc_dc"], fields["loc_row"], fields["loc_rack"])
    return (*place, int(unit) if unit.isdecimal() else 0, _usual(fields))


def _by_zone(fields: Fields) -> tuple[Any, ...]:
    return (fields["swiftregion_name"], fields["location_name"], _usual(fields))


ORDERS: Mapping[str, Callable[[Fields], tuple[Any, ...]]] = {
    "role": _usual,
    "hostname": _by_hostname,
    "racking": _by_racking,
    "zoning": _by_zone,
}
"""What rows are sorted by, as the key of each; the first is the usual one."""
