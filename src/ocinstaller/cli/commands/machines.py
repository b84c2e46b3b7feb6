"""Machines: what they are, enrolment and removal."""

import json
import sys
from argparse import Namespace

from ocinstaller.cli.base import (
    MACHINE,
    Argument,
    Columns,
    Document,
    OciDelete,
    OciShow,
    one,
)
from ocinstaller.cli.client import path


class MachineShow(OciShow):
    """Show a machine: its state, its place and its hardware."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        detail = self.client.get(path("machines", parsed_args.machine))
        flat: Document = {
            **detail["machine"],
            **detail["hardware"],
            "first_seen": detail["first_seen"],
            "report_counter": detail["report_counter"],
            "plugin_calls": detail["plugin_calls"],
            "orders": detail["orders"],
        }
        if parsed_args.formatter == "table":
            flat = {name: _readable(value) for name, value in flat.items()}
        return one(flat)


def _readable(value: object) -> object:
    """Show lists of objects one to a line."""
    if isinstance(value, list):
        return "\n".join(json.dumps(item) for item in value)
    return json.dumps(value, indent=1) if isinstance(value, dict) else value


class MachineAdd(OciShow):
    """Enrol a machine: it gets a role, a host name and its addresses."""

    arguments = (
        Argument("machine", help="serial number"),
        Argument("cluster", help="name of the cluster"),
        Argument("role", help="role of the machine: see role-list"),
        Argument("location", help="name of the location"),
        Argument("--fixed-ip", help="its address, instead of the lowest free one"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {
            "cluster": parsed_args.cluster,
            "role": parsed_args.role,
            "location": parsed_args.location,
            "fixed_ip": parsed_args.fixed_ip,
        }
        document = self.client.put(path("machines", parsed_args.machine, "enrolment"), body)
        if parsed_args.role == "controller":
            cluster = self.client.get(path("clusters", parsed_args.cluster))
            if cluster["notice"]:
                print(f"notice: cluster {cluster['name']} is {cluster['notice']}", file=sys.stderr)
        return one(document)


class MachineRemove(OciShow):
    """Take a machine out of its cluster."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.delete(path("machines", parsed_args.machine, "enrolment")))


class MachineDestroy(OciDelete):
    """Forget a machine that belongs to no cluster."""

    collection = "machines"
    arguments = (Argument("machine", help="serial number"),)
