"""Calls of the site's plug-ins."""

import sys
from argparse import Namespace
from typing import ClassVar

from ocinstaller.cli.base import MACHINE, Argument, Columns, OciLister, OciShow, Rows, many, one
from ocinstaller.cli.client import path

_DEBUG = Argument(
    "-d", dest="debug", action="store_true", help="as in the original: the output is always shown"
)
_COLUMNS = (
    "plugin", "step", "state", "hostname", "attempts", "tried_at", "next_try_at", "problem",
    "output",
)  # fmt: skip


class _Call(OciShow):
    """A command that calls a plug-in and waits for its end; exit code 1 when that failed."""

    resource: ClassVar[str]
    removes: ClassVar[bool] = False

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        target = path("machines", parsed_args.machine, self.resource)
        call = self.client.delete(target) if self.removes else self.client.put(target, {})
        self.ended_well = call["state"] == "done"
        if not self.ended_well:
            print(
                f"the {call['plugin']} plug-in failed: {call['problem']}; "
                "it is called again by itself, or with ocicli machine-retry-plugins",
                file=sys.stderr,
            )
        return one({**call, "command": " ".join(call["command"])})

    def run(self, parsed_args: Namespace) -> int:
        """Run the command."""
        self.ended_well = False
        return int(super().run(parsed_args)) or int(not self.ended_well)


class MachineToDns(_Call):
    """Call the site's DNS plug-in for a machine."""

    arguments = (_DEBUG, MACHINE)
    resource = "dns"


class MachineOutOfDns(_Call):
    """Call the site's DNS plug-in to take a machine's names away."""

    arguments = (_DEBUG, MACHINE)
    resource = "dns"
    removes = True


class MachineToMonitoring(_Call):
    """Call the site's monitoring plug-in for a machine."""

    arguments = (_DEBUG, MACHINE)
    resource = "monitoring"


class MachineOutOfMonitoring(_Call):
    """Call the site's monitoring plug-in to have a machine watched no longer."""

    arguments = (_DEBUG, MACHINE)
    resource = "monitoring"
    removes = True


class MachineGenRootPass(_Call):
    """Make a machine's root password anew and hand it to the site's plug-in."""

    arguments = (MACHINE,)
    resource = "root-password"


class MachineForgetRootPass(_Call):
    """Have the site's plug-in forget a machine's root password."""

    arguments = (MACHINE,)
    resource = "root-password"
    removes = True


class MachineRetryPlugins(OciLister):
    """Repeat the calls of plug-ins for a machine that failed, now instead of later."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "plugin-calls", "retry")
        return many({name: name for name in _COLUMNS}, self.client.post(target))


class MachinePlugins(OciLister):
    """List the calls of plug-ins for a machine, the newest first."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "plugin-calls")
        return many({name: name for name in _COLUMNS}, self.client.get(target))
