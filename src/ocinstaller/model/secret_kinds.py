"""What secrets look like and how they are made."""

import base64
import re
import secrets
import string
from enum import StrEnum

from ocinstaller.model.text import Text

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


ALLOWED = {
    SecretKind.PASSWORD: Text("12 to 128 letters, digits, dashes, underscores, dots and tildes"),
    SecretKind.FERNET_KEY: Text("32 bytes in URL-safe base64, which are 44 characters"),
    SecretKind.ERLANG_COOKIE: Text("12 to 128 capital letters"),
    SecretKind.COROSYNC_KEY: Text("128 to 4096 letters, digits, dashes and underscores"),
}
"""Passwords stand in URLs and in files of many syntaxes: nothing that any of them has to quote."""

_PATTERNS = {
    SecretKind.PASSWORD: r"[A-Za-z0-9._~-]{12,128}",
    SecretKind.FERNET_KEY: r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]=",
    SecretKind.ERLANG_COOKIE: r"[A-Z]{12,128}",
    SecretKind.COROSYNC_KEY: r"[A-Za-z0-9_-]{128,4096}",
}

CONSEQUENCES = {
    SecretKind.FERNET_KEY: Text("what was encrypted with the old key cannot be read any more"),
    SecretKind.ERLANG_COOKIE: Text("brokers with different cookies do not form a cluster"),
    SecretKind.COROSYNC_KEY: Text("machines with different keys do not agree who has the address"),
}
"""What another value of the kind means for what is there."""


def is_valid(kind: SecretKind, text: str) -> bool:
    """Tell whether a secret of this kind can be `text`."""
    return re.fullmatch(_PATTERNS[kind], text) is not None


def generate(kind: SecretKind) -> str:
    """Return a new random secret of this kind."""
    if kind is SecretKind.FERNET_KEY:
        return base64.urlsafe_b64encode(secrets.token_bytes(_FERNET_BYTES)).decode()
    if kind is SecretKind.ERLANG_COOKIE:
        return "".join(secrets.choice(string.ascii_uppercase) for _ in range(_COOKIE_LETTERS))
    if kind is SecretKind.COROSYNC_KEY:
        return secrets.token_urlsafe(_COROSYNC_BYTES)
    return secrets.token_urlsafe(_PASSWORD_BYTES)
