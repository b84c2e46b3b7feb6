"""Why a cluster or a machine is as it is."""

from argparse import Namespace

from ocinstaller.cli.base import MACHINE, Argument, Document, OciLister, Rows, many
from ocinstaller.cli.client import path

_COLUMNS = {"subject": "subject", "choice": "choice", "reason": "reason"}
_STRUCTURED = ("json", "yaml")


class _Explain(OciLister):
    """Shows decisions; the formats for programs carry the facts behind each too."""

    def decisions(self, parsed_args: Namespace, kind: str, name: str) -> Rows:
        """Ask the server."""
        documents: list[Document] = self.client.get(path(kind, name, "explanation"))
        facts = {"because": "because"} if parsed_args.formatter in _STRUCTURED else {}
        return many(_COLUMNS | facts, documents)


class ClusterExplain(_Explain):
    """Tell which back ends, leaders and services a cluster has, and why."""

    arguments = (Argument("name", help="name of the cluster"),)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        return self.decisions(parsed_args, "clusters", parsed_args.name)


class MachineExplain(_Explain):
    """Tell what a machine runs, what it could run and does not, and why."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        return self.decisions(parsed_args, "machines", parsed_args.machine)
