"""Commands of the administrator for OCI's CA, on the server itself."""

import sys
from collections.abc import Sequence
from pathlib import Path

from oslo_config import cfg

from ocinstaller.actions import authority as actions
from ocinstaller.actions.authority import IntermediateUse
from ocinstaller.actions.context import Installation
from ocinstaller.cli.admin import administrator_parser, run_as_administrator

_WRONG, _USAGE = 1, 2


def gen_slave_node_client_cert(argv: Sequence[str] | None = None) -> int:
    """Run `oci-gen-slave-node-client-cert`: make a certificate that proves a client."""
    prog = "oci-gen-slave-node-client-cert"
    parser = administrator_parser(
        prog,
        "Makes key, request, certificate and PEM with which a host proves itself as a client; "
        "what is still good stays.",
    )
    parser.add_argument("name", help="host name")
    arguments = parser.parse_args(argv)

    def work(oci: Installation) -> None:
        bundle: Path = oci.store.write(
            lambda _session: actions.client_certificate(oci, arguments.name)
        )
        print(*(bundle.with_suffix(f".{kind}") for kind in ("key", "csr", "crt", "pem")), sep="\n")

    return run_as_administrator(prog, arguments.config, work, target=arguments.name)


def renew_intermediate_ca(argv: Sequence[str] | None = None) -> int:
    """Run `oci-renew-intermediate-ca`: another intermediate CA under the same root."""
    prog = "oci-renew-intermediate-ca"
    parser = administrator_parser(
        prog,
        "Makes another intermediate CA under the same root. Certificates of the one before stay "
        "good and carry it with them until they are renewed, all at once by "
        "oci-update-cluster-certs, else in their time.",
    )
    parser.add_argument(
        "--status", action="store_true", help="only show which certificates lead to which one"
    )
    parser.add_argument(
        "--forget", action="store_true", help="forget those that no certificate leads to any more"
    )
    arguments = parser.parse_args(argv)

    def work(oci: Installation) -> None:
        if arguments.forget:
            actions.forget_intermediates(oci)
        elif not arguments.status:
            actions.renew_intermediate(oci)
        print("".join(_line(use) for use in actions.intermediates(oci)), end="")

    return run_as_administrator(prog, arguments.config, work)


def _line(use: IntermediateUse) -> str:
    kind = "present" if use.present else "former"
    names = f": {', '.join(use.names)}" if use.names and not use.present else ""
    return (
        f"{kind} {use.fingerprint[:16]} until {use.not_after:%Y-%m-%d}, "
        f"{len(use.names)} certificates{names}\n"
    )


def check_cert_integrity(argv: Sequence[str] | None = None) -> int:
    """Run `oci-check-cert-integrity`: do keys, certificates and chains belong together?"""
    prog = "oci-check-cert-integrity"
    parser = administrator_parser(
        prog,
        "Looks whether the keys, certificates, requests and chains of OCI's CA belong together; "
        "changes nothing.",
    )
    parser.epilog = "Exit codes: 0 all is well; 1 something is wrong; 2 wrong usage."
    arguments = parser.parse_args(argv)
    try:
        found = actions.examine(arguments.config)
    except (cfg.Error, OSError) as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return _USAGE
    for fault in found.faults:
        print(f"{fault.file}: {fault.what}")
    wrong = len({fault.file for fault in found.faults})
    print(f"{found.certificates} certificates, {wrong} files with faults")
    return _WRONG if found.faults else 0
