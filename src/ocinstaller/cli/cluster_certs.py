"""`oci-update-cluster-certs`: rolls renewed certificates out, one machine after the other."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from ocinstaller.actions import certificate_rollouts
from ocinstaller.actions.certificate_rollouts import RolloutView
from ocinstaller.actions.context import Installation
from ocinstaller.cli.admin import administrator_parser, run_as_administrator
from ocinstaller.model.certificate_turns import RolloutState, TurnState
from ocinstaller.model.errors import Conflict

_PROG = "oci-update-cluster-certs"
_POLL_S = 2.0
_LONG_S = 600.0
"""A machine that says nothing for this long is worth a word to the operator."""


def _parser() -> argparse.ArgumentParser:
    parser = administrator_parser(
        _PROG,
        "Renews the certificates of a cluster's machines and rolls them out one by one: the next "
        "machine follows when every service of the one before shows its new certificate. "
        "Otherwise that machine takes its previous ones back and the roll-out stops; started "
        "again, it goes on. The roll-out does not need this command to keep running.",
    )
    parser.add_argument("cluster", help="name of the cluster")
    parser.add_argument(
        "--api-only", action="store_true", help="only the API's certificate, on the controllers"
    )
    parser.add_argument(
        "--no-wait", action="store_true", help="start it and do not wait for its end"
    )
    parser.add_argument(
        "--abandon", action="store_true", help="give a roll-out up; what was rolled out stays"
    )
    parser.add_argument(
        "--timeout", type=float, default=14_400, help="seconds to wait at most (%(default)s)"
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oci-update-cluster-certs`."""
    arguments = _parser().parse_args(argv)
    try:
        return run_as_administrator(
            _PROG, arguments.config, lambda oci: _work(oci, arguments), target=arguments.cluster
        )
    except KeyboardInterrupt:
        print(f"{_PROG}: the roll-out goes on; start this again to see how far", file=sys.stderr)
        return 130


def _work(oci: Installation, arguments: argparse.Namespace) -> None:
    name = arguments.cluster
    if arguments.abandon:
        oci.store.write(lambda session: certificate_rollouts.abandon(session, name))
        return
    view = oci.store.write(
        lambda session: certificate_rollouts.start(session, oci, name, api_only=arguments.api_only)
    )
    if arguments.no_wait:
        print(_summary(view))
        return
    follow(lambda: _look(oci, name), arguments.timeout)


def _look(oci: Installation, name: str) -> RolloutView:
    with oci.store.read() as session:
        return certificate_rollouts.show(session, name)


def follow(look: Callable[[], RolloutView], timeout_s: float) -> None:
    """Print what happens until the roll-out has ended.

    :raises Conflict: a machine failed, or the time is up
    """
    end = time.monotonic() + timeout_s
    shown: set[str] = set()
    while True:
        view = look()
        for line in _lines(view):
            if line not in shown:
                print(line, flush=True)
                shown.add(line)
        if view.state == RolloutState.DONE:
            print(_summary(view))
            return
        if view.state == RolloutState.FAILED:
            failed = next(turn for turn in view.turns if turn.state == TurnState.FAILED)
            raise Conflict(
                f"{failed.hostname} took its previous certificates back: {failed.reason}; "
                f"repair it and start this again, or end it with --abandon"
            )
        if time.monotonic() > end:
            raise Conflict(f"not done after {timeout_s:.0f} seconds; it goes on: {_summary(view)}")
        time.sleep(_POLL_S)


def _lines(view: RolloutView) -> list[str]:
    """Return a line for what each machine has come to, and for the one that lets others wait."""
    total = len(view.turns)
    lines = [
        f"{number}/{total} {turn.hostname}: {turn.state}"
        for number, turn in enumerate(view.turns, 1)
        if turn.state != TurnState.WAITING
    ]
    unfinished = [t for t in view.turns if t.state in (TurnState.TAKING, TurnState.WAITING)]
    if view.state == RolloutState.RUNNING and unfinished:
        first = unfinished[0]
        since = max(
            datetime.fromisoformat(turn.changed_at)
            for turn in view.turns
            if turn.state == TurnState.DONE or turn is first
        )
        if (datetime.now(UTC) - since).total_seconds() > _LONG_S:
            lines.append(
                f"{first.hostname} has said nothing since {since:%H:%M} UTC: is it on, and does "
                "its oci-certificate-turn.timer run?"
            )
    return lines


def _summary(view: RolloutView) -> str:
    done = sum(turn.state == TurnState.DONE for turn in view.turns)
    return f"{done} of {len(view.turns)} machines have their new certificates"


if __name__ == "__main__":
    sys.exit(main())
