"""API tokens: they stand for a user, may no more than the user, and expire."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import credentials, users
from ocinstaller.model import naming
from ocinstaller.model.access import (
    Actor,
    ActorKind,
    Permission,
    UserRole,
    check_user_role,
    lesser,
)
from ocinstaller.model.errors import Duplicate, InvalidValue, NotFound, Unauthenticated
from ocinstaller.model.text import Text
from ocinstaller.store.access_tables import ApiToken

PREFIX = "oci_"
"""Lets scanners find tokens that somebody published by mistake."""

DEFAULT_DAYS = 90
LONGEST_DAYS = 3650


@dataclass(frozen=True)
class TokenView:
    """A token, without what is secret."""

    name: str
    login: str
    role: str
    created_at: datetime
    expires_at: datetime
    expired: bool

    @classmethod
    def of(cls, row: ApiToken) -> "TokenView":
        """Return the row as a view; the role is what it may at present."""
        role = lesser(UserRole(row.role), UserRole(row.user.role))
        expired = row.expires_at <= datetime.now(UTC)
        return cls(row.name, row.user.login, role, row.created_at, row.expires_at, expired)


@dataclass(frozen=True)
class NewToken:
    """A token that was just made: the only time that it is shown."""

    token: str
    about: TokenView


def create_token(
    session: Session, owner: Actor, name: str, role: str | None, days: int = DEFAULT_DAYS
) -> NewToken:
    """Make a token for oneself.

    :param role: None gives the owner's own
    :param days: until it expires
    :raises InvalidValue: name, role or days are not allowed
    :raises Duplicate: the name is taken
    """
    naming.check_object_name("name", name)
    user = users.find_user(session, owner.name)
    most = UserRole(user.role)
    granted = check_user_role(role, most) if role is not None else most
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidValue("days", days, Text("1 to {longest_days}", longest_days=LONGEST_DAYS))
    if session.scalar(select(ApiToken).where(ApiToken.name == name)):
        raise Duplicate("name", name)
    token = PREFIX + credentials.new_token()
    now = datetime.now(UTC)
    row = ApiToken(
        name=name,
        user=user,
        digest=credentials.token_digest(token),
        role=granted,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    return NewToken(token, TokenView.of(row))


def list_tokens(session: Session, actor: Actor) -> list[TokenView]:
    """Return one's own tokens, and everybody's for administrators; by name."""
    return [TokenView.of(row) for row in _visible(session, actor)]


def delete_token(session: Session, actor: Actor, name: str) -> None:
    """End one's own token; administrators can end everybody's.

    :raises NotFound: there is none of this name
    """
    visible = _visible(session, actor)
    row = next((token for token in visible if token.name == name), None)
    if row is None:
        raise NotFound(
            Text("token"), name, ", ".join(token.name for token in visible) or Text("none")
        )
    session.delete(row)


def _visible(session: Session, actor: Actor) -> list[ApiToken]:
    rows = session.scalars(select(ApiToken).order_by(ApiToken.name)).all()
    everything = actor.may(Permission.ADMINISTER)
    return [row for row in rows if everything or row.user.login == actor.name]


def authenticate(session: Session, token: str, address: str) -> Actor:
    """Return whom the token stands for.

    :raises Unauthenticated: nobody, or it has expired, or the user is deactivated
    """
    row = session.scalar(select(ApiToken).where(ApiToken.digest == credentials.token_digest(token)))
    if row is None or not row.user.activated:
        raise Unauthenticated(Text("the token is not valid"), field="Authorization")
    about = TokenView.of(row)
    if about.expired:
        raise Unauthenticated(
            Text(
                "the token {name} expired on {expires_at:%Y-%m-%d}",
                name=about.name,
                expires_at=about.expires_at,
            ),
            field="Authorization",
        )
    return Actor(
        ActorKind.USER,
        about.login,
        address,
        Text("token {name}", name=about.name),
        UserRole(about.role),
        True,
    )
