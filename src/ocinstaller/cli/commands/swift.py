"""Swift's rings."""

import argparse
import sys
from argparse import Namespace
from typing import Any

from ocinstaller.cli.base import MACHINE, Argument, Document, OciLister, Rows, many
from ocinstaller.cli.client import path

_KINDS = ("account", "container", "object")
_LEVELS = ("region", "zone", "machine", "device")
_CLUSTER = Argument("cluster", help="name of the cluster")
_EC_ONLY = Argument(
    "--ec-only", choices=("yes", "no"), default="no", help="only the erasure-coded policy's ring"
)
_DRY_RUN = Argument(
    "--dry-run", action="store_true", help="show what would move, and change nothing"
)
_COLUMNS = {
    field: field
    for field in (
        "name", "version", "published", "partitions", "machines", "devices", "balance",
        "dispersion", "moved", "moved_percent",
    )
}  # fmt: skip
_PLACE = ("region", "zone", "machine", "device")


_LARGEST_WEIGHT = 1_000_000


class _Weights(argparse.Action):
    """Takes no weight at all or one for each kind of ring, as a dictionary."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: Namespace, values: Any, *_: object
    ) -> None:
        """Store the weights."""
        if len(values) not in (0, len(_KINDS)):
            parser.error(f"{len(values)} weights; allowed: none, or ACCOUNT CONTAINER OBJECT")
        setattr(namespace, self.dest, dict(zip(_KINDS, values, strict=False)) or None)


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = -1.0
    if not 0 <= weight <= _LARGEST_WEIGHT:
        raise argparse.ArgumentTypeError(f"{text!r} is no weight; allowed: 0 to {_LARGEST_WEIGHT}")
    return weight


def _weights(help_text: str) -> Argument:
    return Argument(
        "weights",
        nargs="*",
        type=_weight,
        action=_Weights,
        metavar="WEIGHT",
        help=f"of each disk in the account, container and object rings: {help_text}",
    )


class _Calculation(OciLister):
    """Calculates rings and shows what that moves."""

    def calculate(self, parsed_args: Namespace, target: str, weights: object) -> Rows:
        """Ask the server and explain its answer."""
        body: dict[str, object] = {
            "ec_only": parsed_args.ec_only == "yes",
            "dry_run": parsed_args.dry_run,
        }
        if weights is not None:
            body["weights"] = weights
        answer: Document = self.client.post(target, body)
        _explain(answer)
        if parsed_args.dry_run:
            return _moves(answer)
        print(
            f"machines get these rings by: ocicli swift-publish-ring {answer['cluster']}",
            file=sys.stderr,
        )
        return many(_COLUMNS, answer["rings"])


class SwiftCalculateRing(_Calculation):
    """Calculate the rings of a cluster; with --dry-run show what would move."""

    arguments = (_CLUSTER, _EC_ONLY, _DRY_RUN, _weights("from now on (default: its GiB)"))

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        target = path("clusters", parsed_args.cluster, "rings", "calculation")
        return self.calculate(parsed_args, target, parsed_args.weights)


class SwiftAddMachineToRing(_Calculation):
    """Let a machine join the rings of its cluster, with the weights of its disks."""

    arguments = (MACHINE, _EC_ONLY, _DRY_RUN, _weights("default: its GiB"))

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "rings", "calculation")
        return self.calculate(parsed_args, target, parsed_args.weights or {})


class SwiftRemoveMachineFromRing(_Calculation):
    """Drain a machine: its disks get no weight, so that all of their partitions leave."""

    arguments = (MACHINE, _EC_ONLY, _DRY_RUN)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "rings", "calculation")
        return self.calculate(parsed_args, target, dict.fromkeys(_KINDS, 0))


class SwiftPublishRing(OciLister):
    """Let the machines of a cluster have the calculated rings; show who has which version."""

    arguments = (_CLUSTER,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        target = path("clusters", parsed_args.cluster, "rings", "publication")
        return _copies(self.client.post(target))


class SwiftRingShow(OciLister):
    """Show the rings of a cluster, what a level of it holds, or which machines have them."""

    arguments = (
        _CLUSTER,
        Argument("--ring", help="only this ring"),
        Argument("--level", choices=_LEVELS, help="what each of these holds"),
        Argument("--copies", action="store_true", help="which version each machine has"),
    )

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        answer: Document = self.client.get(path("clusters", parsed_args.cluster, "rings"))
        wanted = parsed_args.ring
        rings = [ring for ring in answer["rings"] if wanted in (None, ring["name"])]
        if parsed_args.copies:
            copies = [copy for copy in answer["copies"] if wanted in (None, copy["ring"])]
            return _copies({"copies": copies})
        if parsed_args.level is None:
            return many(_COLUMNS, rings)
        names = ("ring", "version", *_PLACE, "weight", "partitions", "balance")
        rows = [
            {"ring": ring["name"], "version": ring["version"]} | holding
            for ring in rings
            for holding in ring["holdings"]
            if holding["level"] == parsed_args.level
        ]
        return many({name: name for name in names}, rows)


def _explain(answer: Document) -> None:
    """Tell what the table does not: who stays outside, what waits, what a spread lacks."""
    for ring in answer["rings"]:
        name = ring["name"]
        print(
            f"{name}: {ring['moved']} of {ring['partitions']} replicas of partitions move "
            f"({ring['moved_percent']} %), balance {ring['balance']} %, dispersion "
            f"{ring['dispersion']} %",
            file=sys.stderr,
        )
        if ring["held_back"]:
            print(
                f"{name}: {ring['held_back']} more would move, but their partitions moved within "
                f"{ring['min_part_hours']} h: calculate again in {ring['wait_s']} s",
                file=sys.stderr,
            )
        for left in ring["left_out"]:
            print(f"{name}: without {left['machine']}: {left['reason']}", file=sys.stderr)


def _moves(answer: Document) -> Rows:
    names = ("ring", "level", *_PLACE, "came", "left")
    rows = [{"ring": r["name"]} | move for r in answer["rings"] for move in r["moves"]]
    return many({name: name for name in names}, rows)


def _copies(answer: Document) -> Rows:
    names = ("machine", "ring", "version", "published_version", "current", "told_at")
    return many({name: name for name in names}, answer["copies"])
