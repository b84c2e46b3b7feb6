"""Which secrets a cluster has, what each looks like, and which roles may know it."""

import base64
import secrets
import string
from dataclasses import dataclass
from enum import StrEnum

_PASSWORD_BYTES = 24
_FERNET_BYTES = 32  # https://github.com/fernet/spec: 256 bits, URL-safe base64
_COOKIE_LETTERS = 20


class SecretKind(StrEnum):
    """How a secret is generated."""

    PASSWORD = "random-text"  # noqa: S105 - a kind, not a secret
    FERNET_KEY = "fernet-key"
    ERLANG_COOKIE = "erlang-cookie"


@dataclass(frozen=True)
class SecretSpec:
    """One secret of a cluster."""

    name: str
    kind: SecretKind
    roles: frozenset[str]
    """Roles of the machines that receive it."""


_CONTROLLER = frozenset({"controller"})
_SWIFT = frozenset({"swiftproxy", "swiftstore"})

SECRETS: tuple[SecretSpec, ...] = (
    SecretSpec("keystone_db", SecretKind.PASSWORD, _CONTROLLER),
    SecretSpec("keystone_admin", SecretKind.PASSWORD, _CONTROLLER),
    SecretSpec("keystone_fernet_0", SecretKind.FERNET_KEY, _CONTROLLER),
    SecretSpec("keystone_fernet_1", SecretKind.FERNET_KEY, _CONTROLLER),
    SecretSpec("keystone_credential_0", SecretKind.FERNET_KEY, _CONTROLLER),
    SecretSpec("keystone_credential_1", SecretKind.FERNET_KEY, _CONTROLLER),
    SecretSpec("rabbitmq_keystone", SecretKind.PASSWORD, _CONTROLLER),
    SecretSpec("rabbitmq_cookie", SecretKind.ERLANG_COOKIE, _CONTROLLER),
    SecretSpec("haproxy_stats", SecretKind.PASSWORD, _CONTROLLER),
    SecretSpec("swift_hash_prefix", SecretKind.PASSWORD, _SWIFT),
    SecretSpec("swift_hash_suffix", SecretKind.PASSWORD, _SWIFT),
)


def generate(kind: SecretKind) -> str:
    """Return a new random secret of this kind."""
    if kind is SecretKind.FERNET_KEY:
        return base64.urlsafe_b64encode(secrets.token_bytes(_FERNET_BYTES)).decode()
    if kind is SecretKind.ERLANG_COOKIE:
        return "".join(secrets.choice(string.ascii_uppercase) for _ in range(_COOKIE_LETTERS))
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def names_for_role(role: str) -> list[str]:
    """Return the names of the secrets that machines of `role` receive."""
    return [spec.name for spec in SECRETS if role in spec.roles]
