"""Orders to machines: restarting, wiping, installing anew, releasing."""

import sys
from argparse import Namespace

from ocinstaller.cli.base import (
    MACHINE,
    Argument,
    Columns,
    Document,
    OciCommand,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
)
from ocinstaller.cli.client import Client, UsageError, path

YES = Argument("--yes", action="store_true", help="do not ask: for programs")

_COLUMNS = {
    "id": "id",
    "kind": "kind",
    "state": "state",
    "ordered": "created_at",
    "changed": "changed_at",
    "output": "output",
}


def confirmed(parsed_args: Namespace, question: str, answer: str) -> None:
    """Go on only when the operator types what is asked for.

    :raises UsageError: something else was typed, or there is nobody to ask
    """
    if parsed_args.yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("this needs a confirmation: type it at a terminal, or give --yes")
    sys.stderr.write(f"{question}\nType {answer} to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != answer:
        raise UsageError("not confirmed: nothing was done")


def restarted(document: Document) -> Columns:
    """Return a machine and how it gets to what it is to start."""
    return one({**document["machine"], "restart": document["way"], "note": document["note"]})


def _fate(client: Client, machine: str) -> str:
    """Return what is lost, in one sentence."""
    detail = client.get(path("machines", machine))
    disks = [disk["name"] for disk in detail["hardware"]["block_devices"]]
    name = detail["machine"]["hostname"] or detail["machine"]["serial"]
    return f"All data on the disks of {name} is lost: {', '.join(disks) or 'none were reported'}."


class MachineRebootOnLive(OciShow):
    """Have a machine start the live system: by its agent, by its BMC, or at its next start."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return restarted(self.client.post(path("machines", parsed_args.machine, "live")))


class MachineRebootOnHdd(OciShow):
    """Have a machine start the system on its disk, anew when it runs it already."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return restarted(self.client.post(path("machines", parsed_args.machine, "disk")))


class MachineWipe(OciShow):
    """Erase all disks of a machine that runs the live system, after asking."""

    arguments = (MACHINE, YES)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        machine = parsed_args.machine
        confirmed(parsed_args, _fate(self.client, machine), machine)
        return one(self.client.post(path("machines", machine, "wipe")))


class MachineReinstall(OciShow):
    """Install a machine of a cluster anew, after asking; it starts the live system first."""

    arguments = (MACHINE, YES)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        machine = parsed_args.machine
        confirmed(parsed_args, f"The system on {machine} is replaced by a new one.", machine)
        return restarted(self.client.post(path("machines", machine, "reinstallation")))


class MachineRelease(OciShow):
    """Take a machine out of its cluster and erase its disks, after asking."""

    arguments = (MACHINE, YES)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        machine = parsed_args.machine
        confirmed(parsed_args, _fate(self.client, machine), machine)
        return restarted(self.client.post(path("machines", machine, "release")))


class MachineOrders(OciLister):
    """List what a machine was ordered, and how it went; the newest first."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        return many(_COLUMNS, self.client.get(path("machines", parsed_args.machine, "orders")))


class MachineOrderCancel(OciCommand):
    """Cancel an order that the machine has not begun, and those after it."""

    arguments = (MACHINE, Argument("order", help="its id: see machine-orders"))

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        self.client.delete(path("machines", parsed_args.machine, "orders", parsed_args.order))
