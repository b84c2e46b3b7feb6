"""Users: for administrators, and one's own password."""

from argparse import Namespace

from ocinstaller.cli.base import (
    Argument,
    Columns,
    OciCommand,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
)
from ocinstaller.cli.client import RefusedError, path
from ocinstaller.cli.passwords import PasswordsDifferError, read_new_password

_LOGIN = Argument("login", help="login of the user")
_ROLE = Argument("--role", help="viewer, operator or administrator")
PASSWORD_STDIN = Argument(
    "--password-stdin", action="store_true", help="read the password from standard input"
)
_SOURCE = Argument("--source", help="who knows the password: password (OCI itself) or radius")


def ask_password(parsed_args: Namespace) -> str:
    """Return a new password.

    :raises RefusedError: when none was given
    """
    try:
        return read_new_password(from_stdin=parsed_args.password_stdin)
    except (PasswordsDifferError, EOFError) as error:
        raise RefusedError(str(error) or "no password was given") from error


def _given(parsed_args: Namespace) -> dict[str, object]:
    """Return the role and the source when they were given."""
    values = {"role": parsed_args.role, "source": parsed_args.source}
    return {name: value for name, value in values.items() if value is not None}


class UserList(OciLister):
    """List the users."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        fields = ("login", "role", "source", "activated")
        return many({field: field for field in fields}, self.client.get(path("users")))


class UserCreate(OciShow):
    """Create a user; asks for the password when OCI itself is to know it."""

    arguments = (_LOGIN, _ROLE, _SOURCE, PASSWORD_STDIN)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {"login": parsed_args.login} | _given(parsed_args)
        if parsed_args.source in (None, "password"):
            body["password"] = ask_password(parsed_args)
        return one(self.client.post(path("users"), body))


class UserSet(OciShow):
    """Change a user's role or password, or whether the user may log in."""

    arguments = (
        _LOGIN,
        _ROLE,
        Argument("--password", action="store_true", help="ask for another password"),
        _SOURCE,
        Argument("--activate", choices=("yes", "no"), help="whether the user may log in"),
        PASSWORD_STDIN,
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = _given(parsed_args)
        if parsed_args.activate:
            body["activated"] = parsed_args.activate == "yes"
        if parsed_args.password or parsed_args.password_stdin:
            body["password"] = ask_password(parsed_args)
        return one(self.client.patch(path("users", parsed_args.login), body))


class UserDelete(OciCommand):
    """Delete a user together with the user's tokens and sessions."""

    arguments = (_LOGIN,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        self.client.delete(path("users", parsed_args.login))


class UserPassword(OciCommand):
    """Change your own password; asks for the new one."""

    arguments = (PASSWORD_STDIN,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        self.client.put(path("me", "password"), {"password": ask_password(parsed_args)})
