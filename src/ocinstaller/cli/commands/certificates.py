"""Certificates of OCI's CA."""

from argparse import Namespace

from ocinstaller.cli.base import Argument, Columns, OciLister, OciShow, Rows, many, one
from ocinstaller.cli.client import path


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
