"""Installing machines and waiting for them."""

import sys
import time
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime

from ocinstaller.cli.base import MACHINE, Argument, Columns, Document, OciCommand, OciShow, one
from ocinstaller.cli.client import Client, RefusedError, UnreachableError, path
from ocinstaller.cli.following import moments
from ocinstaller.model.installation_text import LINES, text

_FOREVER = float("inf")
_FAILED_AFTER_INSTALL = "live"
_FOR_PROGRAMS = ("json", "yaml")


class _LogReader:
    """Prints a machine's log lines, each once."""

    def __init__(self, client: Client, machine: str) -> None:
        self._client = client
        self._target = path("machines", machine, "installation", "log")
        self._after = 0

    def print_new(self) -> None:
        """Print the lines since the last call."""
        lines: list[Document] = self._client.get(self._target, after=self._after)
        for line in lines:
            when = datetime.fromisoformat(line["received_at"]).astimezone()
            level = "" if line["level"] == "info" else f"{line['level'].upper()}: "
            print(f"{when:%H:%M:%S} {line['step']}: {level}{line['text']}", flush=True)
            self._after = line["id"]


class MachineInstallLog(OciCommand):
    """Print the log of a machine's installations, as it came line by line."""

    arguments = (
        MACHINE,
        Argument("--follow", action="store_true", help="go on until the installation has ended"),
    )

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        reader = _LogReader(self.client, parsed_args.machine)
        if not parsed_args.follow:
            reader.print_new()
            return
        for _ in moments(self.client, parsed_args.machine, _FOREVER):
            ended = self._status(parsed_args.machine) != "installing"
            reader.print_new()
            if ended:
                return

    def _status(self, machine: str) -> str:
        return str(self.client.get(path("machines", machine))["machine"]["status"])


TIMEOUT = Argument("--timeout", type=float, default=3600, help="seconds to wait at most (3600)")


def _wait(
    client: Client,
    parsed_args: Namespace,
    reached: Callable[[Document], bool],
    failed: Callable[[Document], bool],
) -> Document:
    """Return the machine once it is where it should be; print its log meanwhile.

    Looks whenever the server tells of the machine; the server may be away for a while.

    :raises RefusedError: when it failed, or when the time is up
    """
    name = parsed_args.machine
    reader = _LogReader(client, name)
    shown = ""
    for _ in moments(client, name, time.monotonic() + parsed_args.timeout):
        try:
            reader.print_new()
            machine: Document = client.get(path("machines", name))["machine"]
        except UnreachableError as error:
            print(f"ocicli: {error}; trying again", file=sys.stderr)
            continue
        state = f"{machine['status']}, puppet {machine['puppet_status']}"
        if state != shown:
            print(f"{name}: {state}", file=sys.stderr, flush=True)
            shown = state
        if reached(machine):
            return machine
        if failed(machine):
            raise RefusedError(f"{name} is {state}: {machine['status_reason']}")
    raise RefusedError(f"{name} is {shown}: after {parsed_args.timeout:.0f} seconds")


def _wait_for_install(client: Client, parsed_args: Namespace) -> Document:
    return _wait(
        client,
        parsed_args,
        reached=lambda machine: machine["status"] == "installed",
        failed=lambda machine: machine["status"] == _FAILED_AFTER_INSTALL,
    )


class MachineInstallOs(OciShow):
    """Install the operating system on an enrolled machine that runs the live system."""

    arguments = (
        MACHINE,
        Argument(
            "--plan",
            action="store_true",
            help="only show which disks would be erased, what goes on them, the network, and why",
        ),
        Argument("--wait", action="store_true", help="until it runs the installed system"),
        TIMEOUT,
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "installation")
        if not parsed_args.plan:
            machine = self.client.post(target)
            return one(_wait_for_install(self.client, parsed_args) if parsed_args.wait else machine)
        plan = self.client.get(f"{target}/plan")
        if parsed_args.formatter in _FOR_PROGRAMS:
            return one(plan)
        return one(plan | {name: "\n".join(say(plan[name])) for name, say in LINES.items()})


class MachineDisplayInstallCmd(OciCommand):
    """Print what an installation would do to a machine: disks, network, and why."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "installation", "plan")
        self.app.stdout.write(text(self.client.get(target)) + "\n")


class MachineWaitForInstall(OciCommand):
    """Wait until a machine runs the system that was installed; print its log meanwhile."""

    arguments = (MACHINE, TIMEOUT)

    def take_action(self, parsed_args: Namespace) -> None:
        """Follow the server's events."""
        _wait_for_install(self.client, parsed_args)


class MachineWaitForPuppet(OciCommand):
    """Wait until a machine's first Puppet runs have succeeded."""

    arguments = (MACHINE, TIMEOUT)

    def take_action(self, parsed_args: Namespace) -> None:
        """Follow the server's events."""
        _wait(
            self.client,
            parsed_args,
            reached=lambda machine: machine["puppet_status"] == "success",
            failed=lambda machine: machine["puppet_status"] == "failure",
        )
