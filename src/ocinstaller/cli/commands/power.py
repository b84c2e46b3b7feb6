"""Power of machines, through their BMCs."""

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
