"""`oci-userdb`: the users of API and web pages, on the server itself."""

import argparse
import sys
from collections.abc import Sequence

from ocinstaller.actions import credentials, users
from ocinstaller.actions.context import Installation
from ocinstaller.actions.users import UserChange
from ocinstaller.cli.admin import administrator_parser, run_as_administrator
from ocinstaller.cli.passwords import PasswordsDifferError, read_new_password
from ocinstaller.model.access import LoginSource, UserRole

_PROG = "oci-userdb"


def _parser() -> argparse.ArgumentParser:
    parser = administrator_parser(_PROG, "Lists, adds and changes the users of API and web pages.")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("-l", "--list", action="store_true", help="list the users")
    group.add_argument("-a", "--add", metavar="LOGIN", help="add a user")
    group.add_argument("-r", "--radius", metavar="LOGIN", help="add a user whom RADIUS knows")
    group.add_argument("-p", "--password", metavar="LOGIN", help="give a user another password")
    group.add_argument("-d", "--delete", metavar="LOGIN", help="delete a user")
    parser.add_argument(
        "given",
        metavar="PASSWORD",
        nargs="?",
        help="with -a and -p: the password; visible to everybody on this server while the command "
        "runs. Without it the terminal is asked; without a terminal one is generated and printed",
    )
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    parser.add_argument(
        "--role", choices=list(UserRole), default=UserRole.OPERATOR, help="with -a and -r"
    )
    parser.add_argument(
        "--admin", action="store_const", dest="role", const=UserRole.ADMINISTRATOR,
        help="the same as --role administrator",
    )  # fmt: skip
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oci-userdb`."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.given is not None and not (arguments.add or arguments.password):
        parser.error("PASSWORD goes with -a and -p only")
    if arguments.given is not None and arguments.password_stdin:
        parser.error("PASSWORD and --password-stdin exclude each other")
    target = arguments.add or arguments.radius or arguments.password or arguments.delete or ""
    try:
        return run_as_administrator(
            _PROG, arguments.config, lambda oci: _work(oci, arguments), target=target
        )
    except (PasswordsDifferError, EOFError) as error:
        print(f"{_PROG}: {error or 'no password was given'}", file=sys.stderr)
        return 1


def _work(oci: Installation, arguments: argparse.Namespace) -> None:
    if arguments.list:
        with oci.store.read() as session:
            for user in users.list_users(session):
                state = "active" if user.activated else "inactive"
                print(user.login, user.role, user.source, state, sep="\t")
    elif arguments.delete:
        oci.store.write(lambda session: users.delete_user(session, arguments.delete))
    elif arguments.radius:
        _add_radius_user(oci, arguments)
    else:
        _store_password(oci, arguments)


def _add_radius_user(oci: Installation, arguments: argparse.Namespace) -> None:
    oci.store.write(
        lambda session: users.create_user(
            session, arguments.radius, None, role=arguments.role, source=LoginSource.RADIUS
        )
    )
    if not oci.conf.radius.use_radius:
        print(
            f"{_PROG}: {arguments.radius} cannot log in before use_radius is on in section "
            "[radius] of the configuration",
            file=sys.stderr,
        )


def _store_password(oci: Installation, arguments: argparse.Namespace) -> None:
    password, generated = _password(arguments)
    change = UserChange(source=LoginSource.PASSWORD, password=password)
    if arguments.add:
        oci.store.write(
            lambda session: users.create_user(session, arguments.add, password, role=arguments.role)
        )
    else:
        oci.store.write(lambda session: users.change_user(session, arguments.password, change))
    if generated:
        print(password)


def _password(arguments: argparse.Namespace) -> tuple[str, bool]:
    """Return the password, and whether it was generated."""
    if arguments.given is not None:
        print(
            f"{_PROG}: the password was visible in the list of processes; "
            "leave it out to be asked, or use --password-stdin",
            file=sys.stderr,
        )
        return arguments.given, False
    if arguments.password_stdin or (sys.stdin.isatty() and sys.stdout.isatty()):
        return read_new_password(from_stdin=arguments.password_stdin), False
    return credentials.new_token(), True


if __name__ == "__main__":
    sys.exit(main())
