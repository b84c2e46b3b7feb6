"""Commands of the administrator on the server itself; they open the data base directly."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from oslo_config import cfg

from ocinstaller import settings
from ocinstaller.actions import credentials, users
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.files import write_atomic
from ocinstaller.model.errors import OciError


def _parser(prog: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument(
        "--config", type=Path, default=settings.DEFAULT_CONFIG, help="configuration file"
    )
    return parser


def _run(prog: str, config: Path, work: Callable[[Installation], None]) -> int:
    try:
        work(open_installation(config))
    except (OciError, cfg.Error, OSError) as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 1
    return 0


def root_ca_gen(argv: Sequence[str] | None = None) -> int:
    """Run `oci-root-ca-gen`: make root and intermediate CA; what exists stays."""
    prog = "oci-root-ca-gen"
    parser = _parser(prog, "Makes OCI's root and intermediate CA; what exists stays.")
    arguments = parser.parse_args(argv)
    return _run(prog, arguments.config, lambda oci: print(oci.authority.chain_file))


def userdb(argv: Sequence[str] | None = None) -> int:
    """Run `oci-userdb`: the users of API and web pages."""
    prog = "oci-userdb"
    parser = _parser(prog, "Lists, adds and changes the users of API and web pages.")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("-l", "--list", action="store_true", help="list the logins")
    group.add_argument("-a", "--add", metavar="USER", help="add a user")
    group.add_argument("-p", "--password", metavar="USER", help="give a user another password")
    group.add_argument("-d", "--delete", metavar="USER", help="delete a user")
    parser.add_argument("--admin", action="store_true", help="with -a: an administrator")
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input instead of printing a generated one",
    )
    arguments = parser.parse_args(argv)

    def work(oci: Installation) -> None:
        if arguments.list:
            with oci.store.read() as session:
                print("\n".join(users.list_logins(session)))
        elif arguments.delete:
            oci.store.write(lambda session: users.delete_user(session, arguments.delete))
        else:
            _store_password(oci, arguments)

    return _run(prog, arguments.config, work)


def _store_password(oci: Installation, arguments: argparse.Namespace) -> None:
    given = arguments.password_stdin
    password = sys.stdin.readline().rstrip("\n") if given else credentials.new_token()
    if arguments.add:
        oci.store.write(
            lambda session: users.create_user(
                session, arguments.add, password, is_admin=arguments.admin
            )
        )
    else:
        oci.store.write(lambda session: users.set_password(session, arguments.password, password))
    if not given:
        print(password)


def service_token(argv: Sequence[str] | None = None) -> int:
    """Run `oci-service-token`: make the token of one of OCI's own programs."""
    prog = "oci-service-token"
    parser = _parser(prog, "Makes a token for one of OCI's own programs; its former one ends.")
    parser.add_argument("name", choices=users.SERVICES, help="the program")
    parser.add_argument("file", type=Path, help="where to write the token (mode 0600)")
    arguments = parser.parse_args(argv)

    def work(oci: Installation) -> None:
        token = oci.store.write(lambda session: users.issue_service_token(session, arguments.name))
        write_atomic(arguments.file, f"{token}\n".encode(), mode=0o600)

    return _run(prog, arguments.config, work)
