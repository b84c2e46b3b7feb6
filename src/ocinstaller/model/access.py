"""Who acts, and what each role of users may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ocinstaller.model.errors import InvalidValue


class Permission(StrEnum):
    """What an action takes; each route of the API needs exactly one."""

    OWN = "own"
    READ = "read"
    OPERATE = "operate"
    ADMINISTER = "administer"


PERMISSION_MEANINGS = {
    Permission.OWN: "one's own password and tokens",
    Permission.READ: "see clusters, machines and what they are made of",
    Permission.OPERATE: "change them",
    Permission.ADMINISTER: "users, everybody's tokens, the audit, the secrets of clusters",
}


class UserRole(StrEnum):
    """The role of a user or token."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


ROLE_PERMISSIONS: dict[UserRole, frozenset[Permission]] = {
    UserRole.VIEWER: frozenset({Permission.OWN, Permission.READ}),
    UserRole.OPERATOR: frozenset({Permission.OWN, Permission.READ, Permission.OPERATE}),
    UserRole.ADMINISTRATOR: frozenset(Permission),
}
"""From the least to the most; each role may everything that those before it may."""

_RANKS = {role: rank for rank, role in enumerate(ROLE_PERMISSIONS)}


def lesser(one: UserRole, other: UserRole) -> UserRole:
    """Return the role that may less."""
    return min(one, other, key=_RANKS.__getitem__)


def check_user_role(name: str, most: UserRole = UserRole.ADMINISTRATOR) -> UserRole:
    """Return the role of this name when it may no more than `most`.

    :raises InvalidValue: otherwise, listing what is allowed
    """
    allowed = [role for role in UserRole if _RANKS[role] <= _RANKS[most]]
    if name not in allowed:
        raise InvalidValue("role", name, ", ".join(allowed))
    return UserRole(name)


class LoginSource(StrEnum):
    """Who knows a user's password."""

    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    RADIUS = "radius"


SOURCE_MEANINGS = {
    LoginSource.PASSWORD: "OCI's data base (bcrypt)",
    LoginSource.RADIUS: "the RADIUS server of section `[radius]`",
}


def check_login_source(name: str) -> LoginSource:
    """Return the source of this name.

    :raises InvalidValue: otherwise, listing the sources
    """
    if name not in list(LoginSource):
        raise InvalidValue("source", name, ", ".join(LoginSource))
    return LoginSource(name)


class Authenticator(Protocol):
    """Decides whether a password is that of a user; one for each `LoginSource`."""

    def verify(self, login: str, password: str, password_hash: str) -> bool:
        """Tell whether the password is right.

        :param password_hash: what the data base has; empty for users whom others know
        :raises Unavailable: when the one who knows cannot be asked
        """


class ActorKind(StrEnum):
    """What kind of actor caused a change."""

    USER = "user"
    COMMAND = "command"
    MACHINE = "machine"


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where."""

    kind: ActorKind
    name: str
    """Login of a user, system account of a command; empty for machines."""
    address: str
    """Address of the request; empty for commands on the server."""
    via: str
    """What proved it: password, radius, session, `token NAME`, machine key, or a command."""
    role: UserRole | None = None
    by_token: bool = False

    def may(self, permission: Permission) -> bool:
        """Tell whether the actor's role has the permission.

        A token does not reach its owner's password and tokens: who finds one could otherwise make
        others that outlive it.
        """
        if self.by_token and permission is Permission.OWN:
            return False
        return self.role is not None and permission in ROLE_PERMISSIONS[self.role]


@dataclass(frozen=True)
class Act:
    """An action in progress: who does what to which kind of object; the audit keeps it."""

    actor: Actor
    action: str
    kind: str
    """Kind of the object that it is about, such as `machine`."""
    target: str = ""
    """The object as the request names it; empty when it is yet to be made."""
