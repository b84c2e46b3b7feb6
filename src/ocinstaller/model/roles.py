"""The roles that a machine or a network can have: those that OCI brings, and the site's own."""

from collections.abc import Collection
from dataclasses import dataclass

from ocinstaller.model import naming
from ocinstaller.model.errors import Duplicate, InvalidValue
from ocinstaller.model.text import Text


@dataclass(frozen=True)
class Role:
    """A machine's role: its name in commands and host names, and what it is for."""

    name: str
    purpose: str


PLAIN = "custom"
"""The role of plain systems; those of the site's own roles are nothing else to OCI."""

ROLES: tuple[Role, ...] = (
    Role(
        "controller", Text("API services, data base, message queue and the API's virtual address")
    ),
    Role("compute", Text("virtual machines")),
    Role("network", Text("routers, DHCP and metadata of tenant networks")),
    Role("volume", Text("block storage on local volume groups")),
    Role("sql", Text("data base apart from the controllers")),
    Role("messaging", Text("notification queue and telemetry")),
    Role("cephmon", Text("Ceph monitor and manager")),
    Role("cephosd", Text("Ceph object storage daemons")),
    Role("billmon", Text("Ceph monitor of the billing cluster")),
    Role("billosd", Text("Ceph object storage daemons of the billing cluster")),
    Role("swiftproxy", Text("object storage front end")),
    Role("swiftstore", Text("object storage disks")),
    Role("radosgw", Text("Ceph object gateway")),
    Role("dns", Text("name server for Designate")),
    Role("sqlmsg", Text("data base of the telemetry services apart from the messaging machines")),
    Role("elastic", Text("Elasticsearch for CloudKitty")),
    Role("metal", Text("given to tenants by Ironic, without services of its own")),
    Role("debmirror", Text("Debian package mirror")),
    Role("tempest", Text("functional tests of the cluster")),
    Role(PLAIN, Text("plain Debian, maintained by OCI, without OpenStack services")),
)

_ROLE_NAMES = tuple(role.name for role in ROLES)

_SPECIAL_PURPOSES = ("all", "vm-net", "ovs-bridge", "ceph-cluster", "ipmi", "vip")

NETWORK_PURPOSES = (*_ROLE_NAMES, *_SPECIAL_PURPOSES)
"""What a network can serve: the machines of one role, all of them, or one special purpose."""

_NAME_LENGTH = 40  # host names are <cluster>-<role>-<number>, a label of at most 63 characters
_PURPOSE_LENGTH = 255


def kind_of(role: str) -> str:
    """Return the role whose services, classes and settings machines of `role` get.

    That is the role itself; for a role of the site it is `PLAIN`.
    """
    return role if role in _ROLE_NAMES else PLAIN


def check_role(name: str, site: Collection[str] = (), field: str = "role") -> str:
    """Return `name` when it is a machine's role.

    :param site: the names of the site's own roles
    :raises InvalidValue: otherwise, listing the roles
    """
    if name not in _ROLE_NAMES and name not in site:
        raise InvalidValue(field, name, ", ".join((*_ROLE_NAMES, *sorted(site))))
    return name


def check_network_purpose(name: str, site: Collection[str] = (), field: str = "role") -> str:
    """Return `name` when a network can have it as its role.

    :param site: the names of the site's own roles
    :raises InvalidValue: otherwise, listing what is allowed
    """
    if name not in NETWORK_PURPOSES and name not in site:
        raise InvalidValue(field, name, ", ".join((*NETWORK_PURPOSES, *sorted(site))))
    return name


def check_new_role(name: str, purpose: str, site: Collection[str]) -> Role:
    """Return a new role of the site.

    :param site: the names of the site's own roles
    :raises InvalidValue: the name cannot be part of a host name or means something to networks, or
        the purpose is no line of text
    :raises Duplicate: there is a role of this name
    """
    if name in _SPECIAL_PURPOSES:
        raise InvalidValue(
            "name", name, Text("a name that networks do not use for a purpose of theirs")
        )
    if name in _ROLE_NAMES or name in site:
        raise Duplicate("name", name)
    if len(name) > _NAME_LENGTH:
        raise InvalidValue(
            "name", name, Text("at most {name_length} characters", name_length=_NAME_LENGTH)
        )
    naming.check_label("name", name)
    return Role(name, check_purpose(purpose))


def check_purpose(purpose: str) -> str:
    """Return what a role is for.

    :raises InvalidValue: it is no line of text
    """
    if len(purpose) > _PURPOSE_LENGTH or not purpose.isprintable():
        raise InvalidValue(
            "purpose",
            purpose,
            Text(
                "at most {purpose_length} printable characters on one line",
                purpose_length=_PURPOSE_LENGTH,
            ),
        )
    return purpose
