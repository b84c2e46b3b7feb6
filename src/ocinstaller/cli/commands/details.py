"""Addresses, reservations, counters, log hosts, and views of one cluster."""

from argparse import Namespace

from ocinstaller.cli.base import (
    MACHINE,
    Argument,
    Columns,
    OciCommand,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
    something,
)
from ocinstaller.cli.client import path

_CLUSTER = Argument("name", help="name of the cluster")
_NETWORK = Argument("network", help="name of the network")
_RESERVED = Argument("first_ip", help="the address that the reservation begins with")


class MachineIpList(OciLister):
    """List the addresses of a machine."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        columns = {"networkname": "network", "ipaddr": "ip", "usefor": "usefor"}
        return many(columns, self.client.get(path("machines", parsed_args.machine, "addresses")))


class MachineIpAdd(OciShow):
    """Give a machine an address of your choice in a network of its cluster."""

    arguments = (MACHINE, _NETWORK, Argument("ip", help="the address"))

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body: dict[str, object] = {"network": parsed_args.network, "ip": parsed_args.ip}
        return one(self.client.post(path("machines", parsed_args.machine, "addresses"), body))


class MachineIpRemove(OciShow):
    """Take an address from a machine."""

    arguments = (MACHINE, Argument("ip", help="the address"))

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "addresses", parsed_args.ip)
        return one(self.client.delete(target))


class MachineReplace(OciShow):
    """Give a machine's host name, addresses and settings to another one, and forget it."""

    arguments = (
        Argument("old", help="serial number or host name of the machine that goes"),
        Argument("new", help="serial number of a live machine without a cluster"),
        Argument("--install", action="store_true", help="begin its installation at once"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body: dict[str, object] = {"machine": parsed_args.new, "install": parsed_args.install}
        return one(self.client.post(path("machines", parsed_args.old, "replacement"), body))


class MachineReportCounterReset(OciCommand):
    """Count a machine's reports from the beginning."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        self.client.delete(path("machines", parsed_args.machine, "report-counter"))


class MachineBlk(OciLister):
    """List the disks of a machine."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        found = self.client.get(path("machines", parsed_args.machine))["hardware"]["block_devices"]
        disks = [disk | {"size_mb": disk["size_bytes"] // 1024**2} for disk in found]
        return many({"name": "name", "realdev": "name", "size_mb": "size_mb"}, disks)


_BRIEF = {
    "serial": "serial",
    "ipaddr": "ip",
    "memory": "memory_mib",
    "status": "status",
    "lastseen": "last_seen",
    "hostname": "hostname",
}


class MachineShowFromHostname(OciShow):
    """Show a machine by its host name, in brief."""

    arguments = (Argument("hostname", help="fully qualified host name"),)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        machine = self.client.get(path("machines", parsed_args.hostname))["machine"]
        return tuple(_BRIEF), tuple(machine[field] for field in _BRIEF.values())


class ClusterShowMachines(OciLister):
    """List the machines of a cluster."""

    arguments = (_CLUSTER,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        self.client.get(path("clusters", parsed_args.name))
        return many(_BRIEF, self.client.collect(path("machines"), cluster=parsed_args.name))


class ClusterShowNetworks(OciLister):
    """List the networks of a cluster."""

    arguments = (_CLUSTER,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        self.client.get(path("clusters", parsed_args.name))
        fields = (
            *("name", "ip", "cidr", "is_public", "cluster", "role", "iface1", "iface2"),
            *("vlan", "mtu", "location"),
        )
        found = self.client.collect(path("networks"), cluster=parsed_args.name)
        return many({field: field for field in fields}, found)


class ClusterShowIps(OciLister):
    """List the addresses of a cluster's machines."""

    arguments = (_CLUSTER,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        cluster = self.client.get(path("clusters", parsed_args.name))
        found = self.client.collect(path("machines"), cluster=parsed_args.name)
        rows = [
            {"hostname": machine["hostname"], "ip": address["ip"], "network": address["network"]}
            for machine in found
            for address in machine["addresses"]
        ]
        vips = [(f"{usage} address", ip) for usage, ip in cluster["other_vips"].items()]
        if cluster["vip_address"]:
            vips.insert(0, (cluster["vip_hostname"], cluster["vip_address"]))
        rows = [{"hostname": name, "ip": ip, "network": "(virtual)"} for name, ip in vips] + rows
        return many({field: field for field in ("hostname", "ip", "network")}, rows)


class ClusterRolecountsList(OciLister):
    """List the last numbers that host names of a cluster used."""

    arguments = (_CLUSTER,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        found = self.client.get(path("clusters", parsed_args.name, "role-counts"))
        return many({"role": "role", "count": "count"}, found)


class ClusterRolecountsSet(OciShow):
    """Set the last number that host names of a role used."""

    arguments = (
        _CLUSTER,
        Argument("role", help="role of the machines"),
        Argument("count", type=int, help="the next machine gets the number after it"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        target = path("clusters", parsed_args.name, "role-counts", parsed_args.role)
        return one(self.client.put(target, {"count": parsed_args.count}))


_LOG_HOST = (
    _CLUSTER,
    Argument("hostname", help="host that takes the logs"),
    Argument("port", type=int, help="its port, usually 5044"),
)


class FilebeatOutputHostList(OciLister):
    """List the hosts that a cluster's machines send their logs to."""

    arguments = (_CLUSTER,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        found = self.client.get(path("clusters", parsed_args.name, "filebeat-hosts"))
        return many({"hostname": "hostname", "port": "port"}, found)


class FilebeatOutputHostCreate(OciShow):
    """Let a cluster's machines send their logs to a host."""

    arguments = _LOG_HOST

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body: dict[str, object] = {"hostname": parsed_args.hostname, "port": parsed_args.port}
        return one(self.client.post(path("clusters", parsed_args.name, "filebeat-hosts"), body))


class FilebeatOutputHostDelete(OciCommand):
    """Let a cluster's machines no longer send their logs to a host."""

    arguments = _LOG_HOST

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        host = (parsed_args.hostname, str(parsed_args.port))
        self.client.delete(path("clusters", parsed_args.name, "filebeat-hosts", *host))


class AddressReservationList(OciLister):
    """List the addresses of a network that are never handed out."""

    arguments = (_NETWORK,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        found = self.client.get(path("networks", parsed_args.network, "reservations"))
        return many({field: field for field in ("first_ip", "last_ip", "note")}, found)


class AddressReservationCreate(OciShow):
    """Keep addresses of a network back: no machine gets them."""

    arguments = (
        _NETWORK,
        Argument("first_ip", help="the address, or the first of a range"),
        Argument("last_ip", nargs="?", help="the last of the range"),
        Argument("--note", default="", help="what they are for"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {name: getattr(parsed_args, name) for name in ("first_ip", "last_ip", "note")}
        return one(self.client.post(path("networks", parsed_args.network, "reservations"), body))


class AddressReservationSet(OciShow):
    """Move the ends of a reservation, or say otherwise what it is for."""

    arguments = (
        _NETWORK,
        _RESERVED,
        Argument("--first-ip", dest="new_first_ip", help="its new first address"),
        Argument("--last-ip", help="its new last address"),
        Argument("--note", help="what it is for"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = something(
            {
                "first_ip": parsed_args.new_first_ip,
                "last_ip": parsed_args.last_ip,
                "note": parsed_args.note,
            }
        )
        target = path("networks", parsed_args.network, "reservations", parsed_args.first_ip)
        return one(self.client.patch(target, body))


class AddressReservationDelete(OciCommand):
    """End a reservation."""

    arguments = (_NETWORK, _RESERVED)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        target = path("networks", parsed_args.network, "reservations", parsed_args.first_ip)
        self.client.delete(target)
