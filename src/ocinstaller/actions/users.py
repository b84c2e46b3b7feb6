"""Who may use the API."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import credentials
from ocinstaller.model import naming
from ocinstaller.model.access import (
    Actor,
    LoginSource,
    UserRole,
    check_login_source,
    check_user_role,
)
from ocinstaller.model.errors import Conflict, Duplicate, InvalidValue, NotFound, Unauthenticated
from ocinstaller.model.secret_fields import HIDDEN
from ocinstaller.model.text import Text
from ocinstaller.store.access_tables import WebSession
from ocinstaller.store.tables import ServiceToken, User


@dataclass(frozen=True)
class UserView:
    """A user, without anything secret."""

    login: str
    role: str
    source: str
    activated: bool

    @classmethod
    def of(cls, row: User) -> "UserView":
        """Return the row as a view."""
        return cls(row.login, row.role, row.source, row.activated)


@dataclass(frozen=True)
class UserChange:
    """What is to change of a user; None leaves it."""

    role: str | None = None
    source: str | None = None
    activated: bool | None = None
    password: str | None = None


def create_user(
    session: Session,
    login: str,
    password: str | None,
    *,
    role: str = UserRole.OPERATOR,
    source: str = LoginSource.PASSWORD,
) -> UserView:
    """Create a user; those of other sources than OCI's data base have no password here.

    :raises InvalidValue: login, role, source or password are not allowed
    :raises Duplicate: the login is taken
    """
    naming.check_login("login", login)
    check_user_role(role)
    check_login_source(source)
    if session.scalar(select(User).where(User.login == login)):
        raise Duplicate("login", login)
    row = User(login=login, password_hash="", role=role, source=source, activated=True)
    session.add(row)
    _apply_password(row, password)
    return UserView.of(row)


def list_users(session: Session) -> list[UserView]:
    """Return all users, by login."""
    return [UserView.of(row) for row in session.scalars(select(User).order_by(User.login))]


def show_user(session: Session, login: str, *, lock: bool = False) -> UserView:
    """Return one user.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is no such user
    """
    return UserView.of(find_user(session, login, lock=lock))


def change_user(session: Session, login: str, change: UserChange) -> UserView:
    """Change a user; a new password or source ends the user's sessions.

    :raises NotFound: there is no such user
    :raises InvalidValue: role, source or password are not allowed
    """
    user = find_user(session, login)
    if change.role is not None:
        user.role = check_user_role(change.role)
    if change.activated is not None:
        user.activated = change.activated
    if change.source is not None:
        user.source = check_login_source(change.source)
    if change.password is not None or change.source is not None:
        _apply_password(user, change.password)
        _end_sessions(session, user)
    return UserView.of(user)


def set_password(session: Session, login: str, password: str) -> UserView:
    """Give a user another password, which ends the user's sessions.

    :raises NotFound: there is no such user
    :raises InvalidValue: the password is not allowed, or the user's is not kept here
    """
    return change_user(session, login, UserChange(password=password))


def delete_user(session: Session, login: str) -> None:
    """Delete a user together with the user's tokens and sessions.

    :raises NotFound: there is no such user
    """
    session.delete(find_user(session, login))


def refuse_oneself(actor: Actor, login: str, change: UserChange | None = None) -> None:
    """Refuse that administrators shut themselves out: one who may administer always stays.

    :param change: None when the user is to be deleted
    :raises Conflict: when administrators change more of themselves than the password
    """
    harmless = change is not None and UserChange(password=change.password) == change
    if actor.name == login and not harmless:
        raise Conflict(
            Text("you cannot delete yourself or change more than your password"),
            field="login",
            value=login,
            allowed=Text("another administrator does it, or oci-userdb on the server"),
        )


def find_user(session: Session, login: str, *, lock: bool = False) -> User:
    """Return the user of this login.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is none
    """
    query = select(User).where(User.login == login)
    user = session.scalar(query.with_for_update() if lock else query)
    if user is None:
        known = ", ".join(view.login for view in list_users(session))
        raise NotFound(Text("user"), login, known or Text("none"))
    return user


def _apply_password(user: User, password: str | None) -> None:
    if user.source != LoginSource.PASSWORD:
        if password is not None:
            raise InvalidValue(
                "password", HIDDEN, Text("none: {source} knows it", source=user.source)
            )
        user.password_hash = ""
    elif password is None:
        raise InvalidValue("password", "", Text("a password, as OCI is to know it"))
    else:
        user.password_hash = credentials.hash_password(password)


def _end_sessions(session: Session, user: User) -> None:
    for row in session.scalars(select(WebSession).where(WebSession.user_id == user.id)):
        session.delete(row)


SERVICES = ("puppet",)
"""OCI's own programs that ask the API: the node classifier and the signing policy."""


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
        raise Unauthenticated(
            Text("the token is not that of {name}", name=name), field="Authorization"
        )
