"""Passwords, keys and tokens: how they are made, stored and compared."""

import hashlib
import hmac
import secrets
from functools import cache

import bcrypt

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.secret_fields import HIDDEN
from ocinstaller.model.text import Text

_ROUNDS = 12  # 2^12: a quarter of a second for each guess on a processor of 2020
_SHORTEST = 8  # NIST SP 800-63B, section 5.1.1.1
_LONGEST = 72  # bytes: bcrypt takes no notice of what follows
_TOKEN_BYTES = 32


def new_token() -> str:
    """Return a random token of 256 bits, safe in URLs and headers."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_digest(token: str) -> str:
    """Return what is stored of a random token; plain SHA-256, as there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two digests or tokens in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def hash_password(password: str, rounds: int = _ROUNDS) -> str:
    """Return a salted bcrypt hash.

    :param rounds: as a power of two; a random password needs no slow hash
    :raises InvalidValue: when the password is too short or too long
    """
    encoded = password.encode()
    if len(password) < _SHORTEST or len(encoded) > _LONGEST or "\0" in password:
        raise InvalidValue(
            "password",
            HIDDEN,
            Text("{shortest} characters to {longest} bytes", shortest=_SHORTEST, longest=_LONGEST),
        )
    return bcrypt.hashpw(encoded, bcrypt.gensalt(rounds)).decode()


def check_password(password: str, stored: str) -> bool:
    """Tell whether `password` is the one that was hashed; a hash of another kind matches none."""
    encoded = password.encode()
    if len(encoded) > _LONGEST or not stored.startswith("$2"):
        return False
    return bcrypt.checkpw(encoded, stored.encode())


@cache
def _nobody() -> str:
    """Return a hash to check when a login does not exist, so that the answer takes as long."""
    return hash_password(new_token())


class PasswordAuthenticator:
    """Verifies passwords with the hashes in the data base."""

    def verify(self, login: str, password: str, password_hash: str) -> bool:  # noqa: ARG002
        """Tell whether the password is right; without a hash it is not, and takes as long."""
        return check_password(password, password_hash or _nobody())
