"""Clusters."""

import sys
from argparse import Namespace

from ocinstaller.cli.base import (
    Argument,
    Columns,
    Document,
    OciDelete,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
)
from ocinstaller.cli.client import path


class ClusterCreate(OciShow):
    """Create a cluster with all of its secrets."""

    arguments = (
        Argument("name", help="name of the cluster, the first part of host names"),
        Argument("domain", help="DNS domain of its machines"),
        Argument("--time-server-host", help="time servers, separated by semicolons"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {
            "name": parsed_args.name,
            "domain": parsed_args.domain,
            "time_server_host": parsed_args.time_server_host,
        }
        return one(self.client.post(path("clusters"), body))


class ClusterDelete(OciDelete):
    """Delete a cluster without machines and networks, with its secrets."""

    collection = "clusters"
    arguments = (Argument("name", help="name of the cluster"),)


class ClusterList(OciLister):
    """List the clusters."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        fields = ("name", "domain", "vip_hostname", "vip_address", "machines", "notice")
        return many({field: field for field in fields}, self.client.collect(path("clusters")))


class ClusterShow(OciShow):
    """Show a cluster."""

    arguments = (Argument("name", help="name of the cluster"),)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        document: Document = self.client.get(path("clusters", parsed_args.name))
        if document["notice"]:
            print(f"notice: cluster {parsed_args.name} is {document['notice']}", file=sys.stderr)
        return one(document)
