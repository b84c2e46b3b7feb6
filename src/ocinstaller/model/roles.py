"""The roles that a machine or a network can have."""

from dataclasses import dataclass

from ocinstaller.model.errors import InvalidValue


@dataclass(frozen=True)
class Role:
    """A machine's role: its name in commands and host names, and what it is for."""

    name: str
    purpose: str


ROLES: tuple[Role, ...] = (
    Role("controller", "API services, data base, message queue and the API's virtual address"),
    Role("compute", "virtual machines"),
    Role("network", "routers, DHCP and metadata of tenant networks"),
    Role("volume", "block storage on local volume groups"),
    Role("sql", "data base apart from the controllers"),
    Role("messaging", "notification queue and telemetry"),
    Role("cephmon", "Ceph monitor and manager"),
    Role("cephosd", "Ceph object storage daemons"),
    Role("billmon", "Ceph monitor of the billing cluster"),
    Role("billosd", "Ceph object storage daemons of the billing cluster"),
    Role("swiftproxy", "object storage front end"),
    Role("swiftstore", "object storage disks"),
    Role("radosgw", "Ceph object gateway"),
    Role("dns", "name server for Designate"),
    Role("sqlmsg", "data base of the telemetry services apart from the messaging machines"),
    Role("elastic", "Elasticsearch for CloudKitty"),
    Role("metal", "given to tenants by Ironic, without services of its own"),
    Role("debmirror", "Debian package mirror"),
    Role("tempest", "functional tests of the cluster"),
    Role("custom", "plain Debian, maintained by OCI, without OpenStack services"),
)

_ROLE_NAMES = tuple(role.name for role in ROLES)

NETWORK_PURPOSES = (*_ROLE_NAMES, "all", "vm-net", "ovs-bridge", "ceph-cluster", "ipmi", "vip")
"""What a network can serve: the machines of one role, all of them, or one special purpose."""


def check_role(name: str, field: str = "role") -> str:
    """Return `name` when it is a machine's role.

    :raises InvalidValue: otherwise, listing the roles
    """
    if name not in _ROLE_NAMES:
        raise InvalidValue(field, name, ", ".join(_ROLE_NAMES))
    return name


def check_network_purpose(name: str, field: str = "role") -> str:
    """Return `name` when a network can have it as its role.

    :raises InvalidValue: otherwise, listing what is allowed
    """
    if name not in NETWORK_PURPOSES:
        raise InvalidValue(field, name, ", ".join(NETWORK_PURPOSES))
    return name
