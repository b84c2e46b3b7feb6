"""Networks."""

from argparse import Namespace

from ocinstaller.cli.base import (
    Argument,
    Columns,
    OciDelete,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
    something,
)
from ocinstaller.cli.client import path


class NetworkCreate(OciShow):
    """Create a network."""

    arguments = (
        Argument("name", help="name of the network"),
        Argument("ip", help="its first address, such as 192.168.100.0"),
        Argument("cidr", type=int, help="its prefix length, such as 24"),
        Argument("location", help="name of its location"),
        Argument("is_public", choices=["yes", "no"], help="yes when it holds the API's address"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {
            "name": parsed_args.name,
            "ip": parsed_args.ip,
            "cidr": parsed_args.cidr,
            "location": parsed_args.location,
            "is_public": parsed_args.is_public == "yes",
        }
        return one(self.client.post(path("networks"), body))


class NetworkDelete(OciDelete):
    """Delete a network without a cluster."""

    collection = "networks"
    arguments = (Argument("name", help="name of the network"),)


class NetworkList(OciLister):
    """List the networks."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        fields = (
            *("name", "ip", "cidr", "first_ip", "last_ip", "is_public", "cluster", "role"),
            *("iface1", "iface2", "bridge_name", "vlan", "mtu", "location"),
            *("ipmi_match_addr", "ipmi_match_cidr"),
        )
        return many({field: field for field in fields}, self.client.collect(path("networks")))


class NetworkShow(OciShow):
    """Show a network."""

    arguments = (Argument("name", help="name of the network"),)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.get(path("networks", parsed_args.name)))


def _vlan(text: str) -> int:
    """Return a VLAN as the API takes it: `null` clears it like 0."""
    return 0 if text == "null" else int(text)


class NetworkSet(OciShow):
    """Change a network."""

    arguments = (
        Argument("name", help="name of the network"),
        Argument("--role", help="role of the machines that use it, all, or a special purpose"),
        Argument("--iface1", help="their interface, or none"),
        Argument("--iface2", help="second interface of an LACP bond, or none"),
        Argument("--ip", help="first address; the range starts anew"),
        Argument("--cidr", type=int, help="prefix length; the range starts anew"),
        Argument("--is-public", choices=["yes", "no"], help="yes when it holds the API's address"),
        Argument("--mtu", type=int, help="bytes; 0: the driver's"),
        Argument("--vlan", type=_vlan, metavar="VLAN", help="tag; 0 or null: untagged"),
        Argument("--location", help="name of its location"),
        Argument("--bridge-name", help="Open vSwitch bridge of an ovs-bridge network, or none"),
        Argument("--gateway", help="address of the router, or none"),
        Argument("--first-ip", help="first address that machines get"),
        Argument("--last-ip", help="last address that machines get"),
        Argument("--lldp-match", help="only interfaces whose switch has this in its name, or none"),
        Argument("--vip-usage", help="controller, messaging, sql or sqlmsg: of a vip network"),
        Argument("--ipmi-match-addr", help="network whose machines' BMCs get addresses, or none"),
        Argument("--ipmi-match-cidr", type=int, help="prefix length of that network"),
        Argument("--ipmi-mode", help="ocimanaged or externaldhcp"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        names = [argument.flags[0] for argument in self.arguments[1:]]
        given = {name: getattr(parsed_args, name) for name in map(_field, names)}
        body = something(given)
        if "is_public" in body:
            body["is_public"] = body["is_public"] == "yes"
        return one(self.client.patch(path("networks", parsed_args.name), body))


def _field(flag: str) -> str:
    return flag.removeprefix("--").replace("-", "_")


class NetworkAdd(OciShow):
    """Give a network to a cluster, for the machines of a role."""

    arguments = (
        Argument("network", help="name of the network"),
        Argument("cluster", help="name of the cluster"),
        Argument("role", help="role of the machines that use it, or all"),
        Argument("iface1", help="their interface: none, eth0, eno1 …, or 10g1, 1g1 …"),
        Argument(
            "iface2", nargs="?", default="none", help="second interface of an LACP bond, or none"
        ),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {
            "cluster": parsed_args.cluster,
            "role": parsed_args.role,
            "iface1": parsed_args.iface1,
            "iface2": parsed_args.iface2,
        }
        return one(self.client.put(path("networks", parsed_args.network, "assignment"), body))


class NetworkRemove(OciShow):
    """Take a network away from its cluster."""

    arguments = (Argument("network", help="name of the network"),)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.delete(path("networks", parsed_args.network, "assignment")))
