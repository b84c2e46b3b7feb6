"""Installing a whole cluster."""

import sys
import time
from argparse import Namespace

from ocinstaller.cli.base import Argument, Document, OciCommand
from ocinstaller.cli.client import RefusedError, UnreachableError, path

_POLL_S = 5.0


class ClusterInstall(OciCommand):
    """Install every live machine of a cluster in the right order; started again, it goes on."""

    arguments = (
        Argument("cluster", help="name of the cluster"),
        Argument(
            "--no-wait", action="store_true", help="start those whose turn it is, and no others"
        ),
        Argument("--timeout", type=float, default=14_400, help="seconds to wait at most (14400)"),
    )

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server until all machines are installed; it may be away for a while.

        :raises RefusedError: a machine failed, or the time is up
        """
        target = path("clusters", parsed_args.cluster, "installation")
        deadline = time.monotonic() + parsed_args.timeout
        state: Document = self.client.post(target)
        shown = ""
        while True:
            text = _summary(state)
            if text != shown:
                print(text, flush=True)
                shown = text
            if parsed_args.no_wait or state["complete"]:
                return
            if state["failed"] and not _running(state):
                raise RefusedError(f"an operator has to look at {', '.join(state['failed'])}")
            if time.monotonic() > deadline:
                raise RefusedError(f"not installed after {parsed_args.timeout:.0f} seconds")
            time.sleep(_POLL_S)
            try:
                state = self.client.get(target)
                if state["startable"]:
                    state = self.client.post(target)
            except UnreachableError as error:
                print(f"ocicli: {error}; trying again", file=sys.stderr)


def _running(state: Document) -> bool:
    return any(stage["running"] for stage in state["stages"])


def _summary(state: Document) -> str:
    """Return a line for each stage that has begun."""
    lines: list[str] = []
    for stage in state["stages"]:
        counts = [f"{len(stage[name])} {name}" for name in ("done", "running", "waiting", "failed")]
        begun = stage["done"] or stage["running"] or stage["failed"]
        if begun or not lines:
            lines.append(f"{', '.join(stage['roles'])}: {', '.join(counts)}")
    return "\n".join(lines)
