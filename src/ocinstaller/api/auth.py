"""Who is asking: operators by password, token or session; machines and OCI's programs by token.

`Oci` is what a route of operators takes: it has let nobody in who may not do what the route does,
and what is written through it is recorded as that operator's. Nothing else is needed in a route.

The dependencies that only look at the request are coroutines: FastAPI would send plain functions
to a thread each, which costs more than they do.
"""

from base64 import b64decode
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import (
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
)
from starlette.exceptions import HTTPException

from ocinstaller.actions import login, tokens
from ocinstaller.actions.context import Installation
from ocinstaller.api.page_permissions import Access
from ocinstaller.api.permissions import ROUTES
from ocinstaller.model.access import Act, Actor, ActorKind
from ocinstaller.model.errors import Forbidden, Unauthenticated
from ocinstaller.model.text import Text

SESSION_COOKIE = "__Secure-oci"
"""The prefix has browsers accept it over HTTPS only (RFC 6265bis, section 4.1.3.1)."""

_SEE_OTHER = 303


class _Utf8Basic(HTTPBasic):
    """Basic authentication with any letters (RFC 7617, section 2.1); FastAPI's takes ASCII only."""

    async def __call__(  # type: ignore[override]
        self, request: Request
    ) -> HTTPBasicCredentials | None:
        """Return login and password; None without them, or when they are malformed."""
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            login, colon, password = b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            return None
        return HTTPBasicCredentials(username=login, password=password) if colon else None


Basic = Annotated[
    HTTPBasicCredentials | None, Depends(_Utf8Basic(auto_error=False, scheme_name="password"))
]
Token = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, scheme_name="token")),
]


async def installation(request: Request) -> Installation:
    """Return what the use cases work with, for nobody in particular."""
    oci = request.app.state.installation
    assert isinstance(oci, Installation)  # noqa: S101 - tells the type checker
    return oci


Server = Annotated[Installation, Depends(installation)]
"""For routes that change nothing that is recorded."""


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


async def bearer(authorization: Annotated[str, Header()] = "") -> str:
    """Return the token of the request.

    :raises Unauthenticated: when there is none
    """
    token = bearer_token(authorization)
    if not token:
        raise Unauthenticated(Text("a bearer token is needed"), field="Authorization")
    return token


def bearer_token(authorization: str) -> str:
    """Return the token of the header (RFC 6750, section 2.1); empty when it has none."""
    scheme, _, token = authorization.partition(" ")
    return token if scheme.lower() == "bearer" else ""


Bearer = Annotated[str, Depends(bearer)]


def operator_address(oci: Server, peer: Peer) -> str:
    """Return the address of the request when operators may ask from there.

    :raises Forbidden: when it is not on the white list
    """
    allowed = oci.conf.network.OPERATOR_NETWORKS
    address = ip_address(peer)
    if allowed and not address.is_loopback and not any(address in net for net in allowed):
        raise Forbidden(
            Text("operators may not ask from {peer}", peer=peer),
            field="address",
            value=peer,
            allowed=Text("the networks of OPERATOR_NETWORKS in the server's configuration"),
        )
    return peer


OperatorAddress = Annotated[str, Depends(operator_address)]


def log_in(request: Request, oci: Installation, name: str, password: str, address: str) -> Actor:
    """Return the user of this login and password.

    :raises Unauthenticated: they are wrong
    :raises TryLater: they cannot be checked now
    """
    cache: login.PasswordCache = request.app.state.passwords
    return login.authenticate(oci, cache, name, password, address)


def _identify(
    request: Request,
    oci: Server,
    address: OperatorAddress,
    basic: Basic,
    token: Token,
) -> Actor:
    if basic is not None:
        return log_in(request, oci, basic.username, basic.password, address)
    if token is None:
        raise Unauthenticated(
            Text("log in with OCI_LOGIN and OCI_PASS, or with OCI_TOKEN"), field="Authorization"
        )
    with oci.store.read() as session:
        return tokens.authenticate(session, token.credentials, address)


def operator(request: Request, oci: Server, actor: Annotated[Actor, Depends(_identify)]) -> Actor:
    """Return the operator who asks, when the route's permission is among the operator's.

    :raises Unauthenticated: without a login, or with a wrong password
    :raises Forbidden: the operator's role does not allow it
    """
    access = _access(request)
    if access is None:
        raise _refused(actor, "a permission that nobody has")
    acting_for(oci, actor, access, _target(request))
    return actor


Operator = Annotated[Actor, Depends(operator)]


def _access(request: Request) -> Access | None:
    return ROUTES.get((request.method, request.scope["route"].path))


def _target(request: Request) -> str:
    return str(next(iter(request.path_params.values()), ""))


def acting_for(oci: Installation, actor: Actor, access: Access, target: str) -> Installation:
    """Return what the use cases work with, for an actor who may do this.

    :param target: what it is about, as the request names it
    :raises Forbidden: the actor's role does not allow it; the refusal is recorded
    """
    acting = oci.acting(Act(actor, access.action, access.kind, target))
    if not actor.may(access.permission):
        error = _refused(actor, f"the permission {access.permission}")
        acting.store.record_refusal(error)
        raise error
    return acting


def _refused(actor: Actor, needed: str) -> Forbidden:
    role = f"token of role {actor.role}" if actor.by_token else f"role {actor.role}"
    return Forbidden(
        Text("{role} does not allow this: it takes {needed}", role=role, needed=needed),
        field="role",
        value=actor.role or "",
        allowed=Text("a role with {needed}", needed=needed),
    )


def acting_as(request: Request, oci: Installation, actor: Actor) -> Installation:
    """Return the installation for an actor whom `operator` has let in."""
    access = _access(request)
    assert access is not None  # noqa: S101 - `operator` has refused the others
    return acting_for(oci, actor, access, _target(request))


def acting_installation(request: Request, oci: Server, actor: Operator) -> Installation:
    """Return what the use cases work with, for the operator who asks."""
    return acting_as(request, oci, actor)


Oci = Annotated[Installation, Depends(acting_installation)]


def machine_installation(request: Request, oci: Server, peer: Peer) -> Installation:
    """Return what the use cases work with, for a machine; they check the machine's key."""
    actor = Actor(ActorKind.MACHINE, "", peer, "machine key")
    what = request.url.path.rpartition("/")[2]
    return oci.acting(Act(actor, f"machine-{what}", "machine"))


MachineOci = Annotated[Installation, Depends(machine_installation)]


def visitor(
    request: Request,
    oci: Server,
    address: OperatorAddress,
    basic: Basic,
    token: Token,
) -> Actor:
    """Return whoever looks at a page: by session, else as an operator of the API does.

    :raises HTTPException: that leads to the login form
    """
    if basic is not None or token is not None:
        return operator(request, oci, _identify(request, oci, address, basic, token))
    secret = request.cookies.get(SESSION_COOKIE, "")
    with oci.store.read() as session:
        actor = login.session_user(session, secret, address)
    if actor is None:
        raise HTTPException(_SEE_OTHER, "log in first", {"Location": "/oci/login"})
    return operator(request, oci, actor)


Visitor = Annotated[Actor, Depends(visitor)]
