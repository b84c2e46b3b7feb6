"""Makes a network follow what a cluster file says of it, where it differs."""

from ipaddress import ip_address

from sqlalchemy.orm import Session

from ocinstaller.actions import addresses
from ocinstaller.actions.cluster_files.document import FileNetwork
from ocinstaller.actions.context import Installation
from ocinstaller.actions.network_changes import NONE, NetworkChange, change_network
from ocinstaller.model.addressing import NetworkUse, allocatable, gateway
from ocinstaller.store import queries


def prepare(session: Session, oci: Installation, name: str, wanted: FileNetwork) -> None:
    """Set what decides on addresses before the network gives some: ranges, router, its purpose.

    :raises OciError: as `change_network`
    """
    row = queries.network(session, name)
    use = queries.network_use(row)
    if row.cluster is None and use.vip_usage != wanted.vip_usage:
        change_network(session, oci, name, NetworkChange(vip_usage=wanted.vip_usage))
    change_network(session, oci, name, _addresses(use, wanted))


def keep_back(session: Session, name: str, wanted: FileNetwork) -> None:
    """Make the network's reservations those of the file.

    :raises OciError: as `addresses.reserve`
    """
    now = {
        (one.first_ip, one.last_ip, one.note) for one in addresses.list_reservations(session, name)
    }
    listed = {
        (_spelt(one.first_ip), _spelt(one.last_ip or one.first_ip), one.note)
        for one in wanted.reservations
    }
    for first, _, _ in now - listed:
        addresses.release(session, name, first)
    session.flush()
    for first, last, note in sorted(listed - now):
        addresses.reserve(session, name, first, last, note)
        session.flush()


def _spelt(ip: str) -> str:
    """Return an address as the data base has it; what is none is refused where it is used."""
    try:
        return str(ip_address(ip))
    except ValueError:
        return ip


def follow(session: Session, oci: Installation, name: str, wanted: FileNetwork) -> None:
    """Set everything else of a network of the cluster.

    :raises OciError: as `change_network`
    """
    row = queries.network(session, name)
    use = queries.network_use(row)
    change_network(session, oci, name, _addresses(use, wanted))
    link = use.link
    match = use.ipmi_match
    now = {
        "iface1": link.iface1 or NONE,
        "iface2": link.iface2 or NONE,
        "vlan": link.vlan or 0,
        "mtu": link.mtu,
        "bridge_name": link.bridge_name or NONE,
        "lldp_match": link.lldp_match or NONE,
        "ipmi_mode": use.ipmi_mode,
    }
    fields = {field: getattr(wanted, field) for field in now}
    changed: dict[str, object] = {f: value for f, value in fields.items() if now[f] != value}
    bmc = (wanted.ipmi_match_addr, wanted.ipmi_match_cidr)
    if bmc != ((str(match.network_address), match.prefixlen) if match else (NONE, 0)):
        changed |= {"ipmi_match_addr": bmc[0], "ipmi_match_cidr": bmc[1]}
    if {"iface1", "iface2"} & changed.keys():
        changed |= {"iface1": wanted.iface1, "iface2": wanted.iface2}
    if changed:
        change_network(session, oci, name, NetworkChange(**changed))  # type: ignore[arg-type]


def _addresses(use: NetworkUse, wanted: FileNetwork) -> NetworkChange:
    """Return what differs of the range and the router; what the file leaves out is the usual."""
    usual = allocatable(use.network)
    router = wanted.gateway or str(gateway(use.network) or NONE)
    first, last = wanted.first_ip or str(usual.first), wanted.last_ip or str(usual.last)
    same = (first, last) == (str(use.addresses.first), str(use.addresses.last))
    return NetworkChange(
        gateway=None if router == str(use.gateway or NONE) else router,
        first_ip=None if same else first,
        last_ip=None if same else last,
    )
