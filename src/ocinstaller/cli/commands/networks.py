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
            *("name", "ip", "cidr", "first_ip", "last_ip", "is_public", "location"),
            *("cluster", "role", "iface1", "iface2"),
        )
        return many({field: field for field in fields}, self.client.collect(path("networks")))


class NetworkAdd(OciShow):
    """Give a network to a cluster, for the machines of a role."""

    arguments = (
        Argument("network", help="name of the network"),
        Argument("cluster", help="name of the cluster"),
        Argument("role", help="role of the machines that use it, or all"),
        Argument("iface1", help="their interface: eth0, eno1 …, or 10g1, 1g1 …"),
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
