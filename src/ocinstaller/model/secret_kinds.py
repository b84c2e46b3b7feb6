"""What secrets look like and how they are made."""

import base64
import secrets
import string
from enum import StrEnum

_PASSWORD_BYTES = 24
_FERNET_BYTES = 32  # https://github.com/fernet/spec: 256 bits, URL-safe base64
_COOKIE_LETTERS = 20
_COROSYNC_BYTES = 192  # corosync.conf(5): a key file of 128 to 4096 bytes; base64 makes 256


class SecretKind(StrEnum):
    """How a secret is generated."""

    PASSWORD = "random-text"  # noqa: S105 - a kind, not a secret
    FERNET_KEY = "fernet-key"
    ERLANG_COOKIE = "erlang-cookie"
    COROSYNC_KEY = "corosync-key"


def generate(kind: SecretKind) -> str:
    """Return a new random secret of this kind."""
    if kind is SecretKind.FERNET_KEY:
        return base64.urlsafe_b64encode(secrets.token_bytes(_FERNET_BYTES)).decode()
    if kind is SecretKind.ERLANG_COOKIE:
        return "".join(secrets.choice(string.ascii_uppercase) for _ in range(_COOKIE_LETTERS))
    if kind is SecretKind.COROSYNC_KEY:
        return secrets.token_urlsafe(_COROSYNC_BYTES)
    return secrets.token_urlsafe(_PASSWORD_BYTES)
