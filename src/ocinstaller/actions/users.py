"""Who may use the API."""

from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import credentials
from ocinstaller.model import naming
from ocinstaller.model.errors import Duplicate, InvalidValue, NotFound, Unauthenticated
from ocinstaller.store.tables import ServiceToken, User

_SHORTEST_PASSWORD = 8  # NIST SP 800-63B, section 5.1.1.1


@cache
def _nobody() -> str:
    """Return a hash to check when a login does not exist, so that the answer takes as long."""
    return credentials.hash_password(credentials.new_token())


def create_user(session: Session, login: str, password: str, *, is_admin: bool) -> None:
    """Create a user.

    :raises InvalidValue: the login is malformed, or the password too short
    :raises Duplicate: it is taken
    """
    naming.check_object_name("login", login)
    _check_password(password)
    if session.scalar(select(User).where(User.login == login)):
        raise Duplicate("login", login)
    session.add(
        User(
            login=login,
            password_hash=credentials.hash_password(password),
            is_admin=is_admin,
            activated=True,
        )
    )


def set_password(session: Session, login: str, password: str) -> None:
    """Give a user another password.

    :raises NotFound: there is no such user
    """
    _check_password(password)
    user = _user(session, login)
    user.password_hash = credentials.hash_password(password)


def delete_user(session: Session, login: str) -> None:
    """Delete a user.

    :raises NotFound: there is no such user
    """
    session.delete(_user(session, login))


def _check_password(password: str) -> None:
    if len(password) < _SHORTEST_PASSWORD:
        raise InvalidValue("password", "(not shown)", f"{_SHORTEST_PASSWORD} characters or more")


def _user(session: Session, login: str) -> User:
    user = session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NotFound("user", login, ", ".join(list_logins(session)) or "none")
    return user


def list_logins(session: Session) -> list[str]:
    """Return the logins of all users."""
    return list(session.scalars(select(User.login).order_by(User.login)))


SERVICES = ("puppet",)
"""OCI's own programs that ask the API: the node classifier and the signing policy."""


def authenticate(session: Session, login: str, password: str) -> str:
    """Return the login when the password is right and the user active.

    :raises Unauthenticated: otherwise, without telling which of the two is wrong
    """
    user = session.scalar(select(User).where(User.login == login))
    right = credentials.check_password(password, user.password_hash if user else _nobody())
    if user is None or not right or not user.activated:
        raise Unauthenticated("login or password are wrong", field="login", value=login)
    return user.login


def issue_service_token(session: Session, name: str) -> str:
    """Return a new token for one of OCI's own programs; its former token ends."""
    token = credentials.new_token()
    digest = credentials.token_digest(token)
    session.merge(ServiceToken(name=name, digest=digest))
    return token


def check_service_token(session: Session, name: str, token: str) -> None:
    """Accept the token of the program `name`.

    :raises Unauthenticated: when it is another one
    """
    row = session.get(ServiceToken, name)
    if row is None or not credentials.same(row.digest, credentials.token_digest(token)):
        raise Unauthenticated(f"the token is not that of {name}", field="Authorization")
