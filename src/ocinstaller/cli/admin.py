"""Commands of the administrator on the server itself; they open the data base directly."""

import argparse
import os
import pwd
import sys
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from pathlib import Path

from oslo_config import cfg

from ocinstaller import settings
from ocinstaller.actions import certificates, users
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.files import write_atomic
from ocinstaller.model.access import Act, Actor, ActorKind, UserRole
from ocinstaller.model.errors import OciError

_KINDS = {
    "oci-update-cluster-certs": "certificate rollout",
    "oci-gen-slave-node-cert": "certificate",
    "oci-gen-slave-node-client-cert": "certificate",
    "oci-renew-intermediate-ca": "certificate authority",
    "oci-root-ca-gen": "certificate authority",
    "oci-service-token": "service token",
    "oci-userdb": "user",
}
"""What each command changes, for the audit."""


def administrator_parser(prog: str, description: str) -> argparse.ArgumentParser:
    """Return a parser with the option that all of these commands have."""
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument(
        "--config",
        type=Path,
        default=settings.DEFAULT_CONFIG,
        help="configuration file (%(default)s)",
    )
    return parser


def run_as_administrator(
    prog: str, config: Path, work: Callable[[Installation], None], *, target: str = ""
) -> int:
    """Run a command on the data base; its changes are recorded as those of the system account.

    :param target: what it is about, for the record when it is refused
    :returns: the exit code
    """
    actor = Actor(ActorKind.COMMAND, _account(), "", prog, UserRole.ADMINISTRATOR)
    try:
        work(open_installation(config).acting(Act(actor, prog, _KINDS[prog], target)))
    except (OciError, cfg.Error, OSError) as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 1
    return 0


def _account() -> str:
    """Return who runs the command: through sudo, the account that called it."""
    try:
        own = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        own = str(os.getuid())
    return os.environ.get("SUDO_USER", own) if os.getuid() == 0 else own


def root_ca_gen(argv: Sequence[str] | None = None) -> int:
    """Run `oci-root-ca-gen`: make root and intermediate CA; what exists stays."""
    prog = "oci-root-ca-gen"
    parser = administrator_parser(prog, "Makes OCI's root and intermediate CA; what exists stays.")
    arguments = parser.parse_args(argv)
    return run_as_administrator(prog, arguments.config, lambda oci: print(oci.authority.chain_file))


def service_token(argv: Sequence[str] | None = None) -> int:
    """Run `oci-service-token`: make the token of one of OCI's own programs."""
    prog = "oci-service-token"
    parser = administrator_parser(
        prog, "Makes a token for one of OCI's own programs; its former one ends."
    )
    parser.add_argument("name", choices=users.SERVICES, help="the program")
    parser.add_argument("file", type=Path, help="where to write the token (mode 0600)")
    arguments = parser.parse_args(argv)

    def work(oci: Installation) -> None:
        token = oci.store.write(lambda session: users.issue_service_token(session, arguments.name))
        write_atomic(arguments.file, f"{token}\n".encode(), mode=0o600)

    return run_as_administrator(prog, arguments.config, work, target=arguments.name)


def gen_slave_node_cert(argv: Sequence[str] | None = None) -> int:
    """Run `oci-gen-slave-node-cert`: make a certificate, or find the one that is still good."""
    prog = "oci-gen-slave-node-cert"
    parser = administrator_parser(
        prog, "Makes key, request, certificate and PEM (key and chain) of a host name."
    )
    parser.add_argument("name", help="host name; of an enrolled machine or any other")
    parser.add_argument(
        "--address",
        action="append",
        default=[],
        type=ip_address,
        help="an IP address that it is to be valid for too (again for more)",
    )
    arguments = parser.parse_args(argv)

    def work(oci: Installation) -> None:
        addresses = [str(address) for address in arguments.address]
        oci.store.write(
            lambda session: certificates.generate(session, oci, arguments.name, addresses)
        )
        bundle = oci.authority.bundle_file(arguments.name)
        print(*(bundle.with_suffix(f".{kind}") for kind in ("key", "csr", "crt", "pem")), sep="\n")

    return run_as_administrator(prog, arguments.config, work, target=arguments.name)
