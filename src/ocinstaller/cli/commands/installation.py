"""Installing machines and waiting for them."""

import sys
import time
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

from ocinstaller.cli.base import MACHINE, Argument, Columns, Document, OciCommand, OciShow, one
from ocinstaller.cli.client import Client, RefusedError, UnreachableError, path
from ocinstaller.cli.installation_text import LINES

_POLL_S = 2.0
_FAILED_AFTER_INSTALL = "live"
_FOR_PROGRAMS = ("json", "yaml")


class MachineInstallOs(OciShow):
    """Install the operating system on an enrolled machine that runs the live system."""

    arguments = (
        MACHINE,
        Argument(
            "--plan",
            action="store_true",
            help="only show which disks would be erased, what goes on them, the network, and why",
        ),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "installation")
        if not parsed_args.plan:
            return one(self.client.post(target))
        plan = self.client.get(f"{target}/plan")
        if parsed_args.formatter in _FOR_PROGRAMS:
            return one(plan)
        return one(plan | {name: "\n".join(say(plan[name])) for name, say in LINES.items()})


class MachineRebootOnLive(OciShow):
    """Have a machine start the live system the next time it starts from the network."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.post(path("machines", parsed_args.machine, "live")))


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
        reader.print_new()
        while parsed_args.follow and self._status(parsed_args.machine) == "installing":
            time.sleep(_POLL_S)
            reader.print_new()

    def _status(self, machine: str) -> str:
        return str(self.client.get(path("machines", machine))["machine"]["status"])


class _Wait(OciCommand):
    """Waits until a machine has got somewhere, showing its progress."""

    arguments = (
        MACHINE,
        Argument("--timeout", type=float, default=3600, help="seconds to wait at most (3600)"),
    )

    def wait(
        self,
        parsed_args: Namespace,
        reached: Callable[[Document], bool],
        failed: Callable[[Document], bool],
    ) -> None:
        """Poll until `reached`; the server may be away for a while.

        :raises RefusedError: when `failed`, or when the time is up
        """
        deadline = time.monotonic() + parsed_args.timeout
        reader = _LogReader(self.client, parsed_args.machine)
        shown = ""
        while True:
            try:
                reader.print_new()
                machine = self.client.get(path("machines", parsed_args.machine))["machine"]
            except UnreachableError as error:
                machine = None
                print(f"ocicli: {error}; trying again", file=sys.stderr)
            if machine is not None:
                state = f"{machine['status']}, puppet {machine['puppet_status']}"
                if state != shown:
                    print(f"{parsed_args.machine}: {state}", file=sys.stderr, flush=True)
                    shown = state
                if reached(machine):
                    return
                if failed(machine):
                    self._fail(parsed_args.machine, state, machine["status_reason"])
            if time.monotonic() > deadline:
                self._fail(parsed_args.machine, shown, f"after {parsed_args.timeout:.0f} seconds")
            time.sleep(_POLL_S)

    @staticmethod
    def _fail(machine: str, state: str, reason: str) -> NoReturn:
        raise RefusedError(f"{machine} is {state}: {reason}")


class MachineWaitForInstall(_Wait):
    """Wait until a machine runs the system that was installed; print its log meanwhile."""

    def take_action(self, parsed_args: Namespace) -> None:
        """Poll the server."""
        self.wait(
            parsed_args,
            reached=lambda machine: machine["status"] == "installed",
            failed=lambda machine: machine["status"] == _FAILED_AFTER_INSTALL,
        )


class MachineWaitForPuppet(_Wait):
    """Wait until a machine's first Puppet runs have succeeded."""

    def take_action(self, parsed_args: Namespace) -> None:
        """Poll the server."""
        self.wait(
            parsed_args,
            reached=lambda machine: machine["puppet_status"] == "success",
            failed=lambda machine: machine["puppet_status"] == "failure",
        )
