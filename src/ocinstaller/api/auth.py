"""Who is asking: operators by password, machines and OCI's own programs by token.

The dependencies that only look at the request are coroutines: FastAPI would send plain functions
to a thread each, which costs more than they do.
"""

import hashlib
import hmac
import os
import time
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from ocinstaller.actions import users
from ocinstaller.actions.context import Installation
from ocinstaller.model.errors import Unauthenticated

_CACHE_S = 60.0
_basic = HTTPBasic(auto_error=False)


async def installation(request: Request) -> Installation:
    """Return what the use cases work with."""
    oci = request.app.state.installation
    assert isinstance(oci, Installation)  # noqa: S101 - tells the type checker
    return oci


Oci = Annotated[Installation, Depends(installation)]


class PasswordCache:
    """Remembers for a minute which passwords were right: scrypt is slow on purpose.

    Holds keyed digests, never passwords; the key lives and dies with the process.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._known: dict[bytes, float] = {}

    def digest(self, login: str, password: str) -> bytes:
        """Return what is remembered of a login and its password."""
        text = f"{login}\0{password}".encode()
        return hmac.digest(self._key, text, hashlib.sha256)

    def holds(self, digest: bytes) -> bool:
        """Tell whether it was right less than a minute ago."""
        return self._known.get(digest, 0.0) > time.monotonic()

    def remember(self, digest: bytes) -> None:
        """Remember it, and forget what is too old."""
        now = time.monotonic()
        self._known = {known: end for known, end in self._known.items() if end > now}
        self._known[digest] = now + _CACHE_S


def operator(
    request: Request, oci: Oci, given: Annotated[HTTPBasicCredentials | None, Depends(_basic)]
) -> str:
    """Return the login of the operator who asks.

    :raises Unauthenticated: without a login, or with a wrong password
    """
    if given is None:
        raise Unauthenticated("log in with OCI_LOGIN and OCI_PASS", field="Authorization")
    cache: PasswordCache = request.app.state.passwords
    digest = cache.digest(given.username, given.password)
    if cache.holds(digest):
        return given.username
    with oci.store.read() as session:
        login = users.authenticate(session, given.username, given.password)
    cache.remember(digest)
    return login


async def bearer(authorization: Annotated[str, Header()] = "") -> str:
    """Return the token of the request.

    :raises Unauthenticated: when there is none
    """
    token = bearer_token(authorization)
    if not token:
        raise Unauthenticated("a bearer token is needed", field="Authorization")
    return token


def bearer_token(authorization: str) -> str:
    """Return the token of the header (RFC 6750, section 2.1); empty when it has none."""
    scheme, _, token = authorization.partition(" ")
    return token if scheme.lower() == "bearer" else ""


Bearer = Annotated[str, Depends(bearer)]


async def peer(request: Request) -> str:
    """Return the address that the request came from."""
    return peer_address(request.client.host if request.client else "::")


@lru_cache(maxsize=16384)
def peer_address(host: str) -> str:
    """Return the address in its shortest form; IPv4 as IPv4, even through an IPv6 socket."""
    address = ip_address(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


Peer = Annotated[str, Depends(peer)]
