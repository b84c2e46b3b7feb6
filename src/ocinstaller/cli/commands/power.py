"""Power of machines, through their BMCs."""

import sys
from argparse import Namespace

from ocinstaller.cli.base import (
    MACHINE,
    Argument,
    Columns,
    OciCommand,
    OciLister,
    OciShow,
    Rows,
    one,
)
from ocinstaller.cli.client import RefusedError, path
from ocinstaller.cli.commands.settings import changed
from ocinstaller.cli.commands.users import ask_password

_ASK = "-"
"""Stands for a password that is to be asked for."""


class MachinePower(OciShow):
    """Show whether a machine has power, or press one of its buttons."""

    arguments = (
        MACHINE,
        Argument(
            "action",
            nargs="?",
            default="status",
            choices=("status", "on", "off", "soft", "cycle", "reset"),
            help="off is at once, soft asks the operating system (status)",
        ),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "power")
        if parsed_args.action == "status":
            return one(self.client.get(target))
        return one(self.client.post(target, {"action": parsed_args.action}))


class MachineIpmiRebootOnLive(OciCommand):
    """Have a machine start the live system now, through its BMC."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        self.client.post(path("machines", parsed_args.machine, "power", "live"))


class MachineIpmiRebootOnHdd(OciCommand):
    """Restart an installed machine from its disk, through its BMC."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        self.client.post(path("machines", parsed_args.machine, "power", "disk"))


class MachineConsole(OciCommand):
    """Print the command that opens a machine's serial console; it asks for the BMC's password."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        found = self.client.get(path("machines", parsed_args.machine, "console"))
        self.app.stdout.write(f"{found['command']}\n{found['web']}\n")


class MachineSetIpmi(OciLister):
    """Store how a machine's BMC is reached, after asking for its password."""

    arguments = (
        MACHINE,
        Argument("use", choices=("yes", "no"), help="whether OCI controls the machine by its BMC"),
        Argument("address", help="address of the BMC"),
        Argument("port", help="port of the BMC, usually 623"),
        Argument("user", help="user of the BMC"),
        Argument(
            "password",
            nargs="?",
            default=_ASK,
            help="- asks for it, or reads a line of standard input when that is no terminal; given "
            "here, other users of this computer can see it (-)",
        ),
    )

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        password = parsed_args.password
        if password == _ASK:
            parsed_args.password_stdin = not sys.stdin.isatty()
            password = ask_password(parsed_args)
            if not password:
                raise RefusedError("no password was given", "ipmi_password")
        wanted = {
            "ipmi_use": parsed_args.use,
            "ipmi_addr": parsed_args.address,
            "ipmi_port": parsed_args.port,
            "ipmi_username": parsed_args.user,
            "ipmi_password": password,
        }
        target = path("machines", parsed_args.machine, "settings")
        return changed(parsed_args, self.client.patch(target, {"settings": wanted}))


class MachineIpmiAdopt(OciLister):
    """Control a machine through its BMC at the address that the BMC has by itself."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "bmc", "adoption")
        return changed(parsed_args, self.client.post(target))


class CheckAllIpmi(OciLister):
    """List the machines whose BMC is in use and does not answer, each with the reason."""

    arguments = (Argument("--cluster", help="only machines of this cluster"),)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server for one machine after the other."""
        machines = self.client.collect(path("machines"), cluster=parsed_args.cluster)
        rows = []
        for number, machine in enumerate(machines, 1):
            self.app.stderr.write(f"\r{number} of {len(machines)} machines ")
            try:
                self.client.get(path("machines", machine["serial"], "power"))
            except RefusedError as error:
                if error.field != "ipmi_use":
                    rows.append((machine["serial"], machine["hostname"], str(error)))
        self.app.stderr.write("\n" if machines else "")
        return ("serial", "hostname", "reason"), rows
