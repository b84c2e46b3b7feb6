"""Power of machines, through their BMCs."""

import sys
from argparse import Namespace
from typing import ClassVar

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
)
from ocinstaller.cli.client import RefusedError, path
from ocinstaller.cli.commands.orders import YES, confirmed
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
        Argument(
            "--do-ipmitool-cmds",
            action="store_true",
            help="also have the machine's live system program the BMC so",
        ),
        Argument("--ipmi-defgw", help="router of the BMC, with --do-ipmitool-cmds"),
        Argument("--ipmi-netmask", help="netmask of the BMC, with --do-ipmitool-cmds"),
        Argument(
            "--ipmi-call-chassis-bootdev",
            choices=("yes", "no"),
            help="whether OCI sets the boot device, with --do-ipmitool-cmds",
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
        if parsed_args.do_ipmitool_cmds:
            wanted |= {
                name: value
                for name, value in (
                    ("ipmi_default_gw", parsed_args.ipmi_defgw),
                    ("ipmi_netmask", parsed_args.ipmi_netmask),
                    ("ipmi_call_chassis_bootdev", parsed_args.ipmi_call_chassis_bootdev),
                )
                if value is not None
            }
        target = path("machines", parsed_args.machine, "settings")
        done = self.client.patch(target, {"settings": wanted})
        if parsed_args.do_ipmitool_cmds:
            self.client.post(path("machines", parsed_args.machine, "bmc", "programming"))
        return changed(parsed_args, done)


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


class _BmcOrder(OciShow):
    """An order about a machine's BMC."""

    arguments = (MACHINE,)
    order: ClassVar[str]

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.post(path("machines", parsed_args.machine, "bmc", self.order)))


class MachineApplyIpmi(_BmcOrder):
    """Have a machine's live system program its BMC as its settings say."""

    order = "programming"


class MachineRenewIpmiPassword(_BmcOrder):
    """Have a machine's live system give its BMC's user a new password, which the server keeps."""

    order = "password"


class MachineActivateIpmiOverLan(_BmcOrder):
    """Have a machine's live system let its BMC's user in over the network."""

    order = "lan-access"


class MachineIpmiAssignIp(OciShow):
    """Give a machine's BMC an address of a network; a live machine programs it."""

    arguments = (MACHINE, Argument("network", help="a network of role ipmi"))

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "bmc", "address")
        return one(self.client.post(target, {"network": parsed_args.network}))


class IpmiAssignCheck(OciLister):
    """Give an address to each BMC of a live machine that has none and whose network is known."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        fields = ("serial", "network", "ip", "order", "problem")
        return many({field: field for field in fields}, self.client.post(path("bmc-addresses")))


class MachineIpmiCmd(OciCommand):
    """Send a command to a machine's BMC in ipmitool's words; print its answer."""

    arguments = (
        MACHINE,
        Argument("arguments", nargs="+", metavar="command", help="such as chassis status"),
    )

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        _command(self, parsed_args.machine, parsed_args.arguments)


class MachineIpmiReset(OciCommand):
    """Restart a machine's BMC itself; the machine goes on."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        _command(self, parsed_args.machine, ["mc", "reset", "cold"])


def _command(command: OciCommand, machine: str, words: list[str]) -> None:
    target = path("machines", machine, "bmc", "command")
    answer = command.client.post(target, {"arguments": words})
    command.app.stdout.write(answer["output"])


class ClusterReset(OciLister):
    """Restart every machine of a cluster on the live system through its BMC, after asking."""

    arguments = (Argument("cluster", help="name of the cluster"), YES)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server for one machine after the other; those that are live stay so."""
        members = self.client.collect(path("machines"), cluster=parsed_args.cluster)
        self.client.get(path("clusters", parsed_args.cluster))
        wanted = [machine for machine in members if machine["status"] != "live"]
        names = ", ".join(machine["hostname"] for machine in wanted) or "none"
        confirmed(parsed_args, f"These machines leave their work at once: {names}.", "YES")
        rows = []
        for machine in wanted:
            try:
                self.client.post(path("machines", machine["serial"], "power", "live"))
                result = "restarted"
            except RefusedError as error:
                result = f"not restarted: {error}"
            rows.append((machine["serial"], machine["hostname"], result))
        return ("serial", "hostname", "result"), rows
