"""Certificates of OCI's CA."""

import sys
from argparse import Namespace
from pathlib import Path

from ocinstaller.cli.base import Argument, Columns, OciLister, OciShow, Rows, many, one
from ocinstaller.cli.client import UsageError, path

_CLUSTER = Argument("cluster", help="name of the cluster")
_STANDARD_INPUT = "-"


class CertificateList(OciLister):
    """List the certificates of OCI's CA, those that expire first first."""

    arguments = (
        Argument("--cluster", help="only those of this cluster's machines and API"),
        Argument("--days", type=int, help="only those with at most this many days left"),
    )

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        found = self.client.get(path("certificates"))
        if parsed_args.cluster is not None:
            found = [row for row in found if row["cluster"] == parsed_args.cluster]
        if parsed_args.days is not None:
            found = [row for row in found if row["days_left"] <= parsed_args.days]
        fields = ("name", "kind", "machine", "cluster", "not_after", "days_left", "key_type")
        return many({field: field for field in fields}, found)


class CertificateRenew(OciShow):
    """Make another key and certificate of a machine or API; machines fetch it within a day."""

    arguments = (Argument("name", help="host name of the machine, or name of the API"),)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.post(path("certificates", parsed_args.name, "renewal"), {}))


class ClusterCertificateShow(OciShow):
    """Show the certificate that was given for a cluster's API."""

    arguments = (_CLUSTER,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.get(path("clusters", parsed_args.cluster, "certificate")))


class ClusterCertificateSet(OciShow):
    """Give a certificate of another CA for a cluster's API; it is checked before it is taken.

    It is served while the setting self_signed_api_cert is no.
    """

    arguments = (
        _CLUSTER,
        Argument(
            "--chain",
            required=True,
            metavar="FILE",
            help="the certificate, then its intermediates, as PEM",
        ),
        Argument(
            "--key",
            required=True,
            metavar="FILE",
            help="its private key as PEM, not encrypted; - reads it from standard input",
        ),
        Argument(
            "--root",
            metavar="FILE",
            help="the root as PEM, when it is not among the server's CAs",
        ),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body: dict[str, object] = {
            "chain": _text("--chain", parsed_args.chain),
            "key": _text("--key", parsed_args.key),
        }
        if parsed_args.root is not None:
            body["root"] = _text("--root", parsed_args.root)
        return one(self.client.put(path("clusters", parsed_args.cluster, "certificate"), body))


class ClusterCertificateDelete(OciShow):
    """Forget the certificate that was given for a cluster's API, with its key."""

    arguments = (_CLUSTER,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.delete(path("clusters", parsed_args.cluster, "certificate")))


def _text(option: str, name: str) -> str:
    """Return the content of a file.

    :raises UsageError: it cannot be read
    """
    try:
        if name == _STANDARD_INPUT:
            return sys.stdin.read()
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{option}: {name}: {error}") from error
