"""The columns of the table of services: ports, places, and what deploying a service takes."""

from dataclasses import dataclass
from enum import StrEnum

from ocinstaller.model.placement.conditions import ALWAYS, Condition
from ocinstaller.model.roles import ROLES
from ocinstaller.model.secret_kinds import SecretKind


class Transport(StrEnum):
    """What a port belongs to."""

    TCP = "tcp"
    UDP = "udp"


class Reach(StrEnum):
    """Who may connect to a port; the firewall of each machine holds it."""

    EVERYONE = "everyone"
    MEMBERS = "members"
    """The machines of the cluster."""
    PEERS = "peers"
    """The machines that run the same service."""


class Shows(StrEnum):
    """Which certificate a port shows; those of an `Api` are known from there."""

    NOTHING = "nothing"
    MACHINE = "machine"
    API = "api"
    MYSQL = "mysql"
    """The machine's, after the first words of MySQL's protocol."""


@dataclass(frozen=True)
class Port:
    """A port, or the first of a range, that a service listens on."""

    number: int
    transport: Transport = Transport.TCP
    last: int | None = None
    reach: Reach = Reach.MEMBERS
    shows: Shows = Shows.NOTHING

    def __str__(self) -> str:
        span = f"{self.number}–{self.last}" if self.last else str(self.number)
        return span if self.transport is Transport.TCP else f"{span}/{self.transport}"


@dataclass(frozen=True)
class On:
    """Machines that run a service: those of a role, when the cluster is so and the machine so."""

    role: str
    when: Condition = ALWAYS
    each: Condition = ALWAYS

    def __str__(self) -> str:
        conditions = [str(c) for c in (self.when, self.each) if c is not ALWAYS]
        return self.role + (f": {'; '.join(conditions)}" if conditions else "")


@dataclass(frozen=True)
class CatalogueEntry:
    """A service in Keystone's catalogue; its URL is that of the API with `path` behind it."""

    type: str
    name: str
    path: str = ""


@dataclass(frozen=True)
class Api:
    """What haproxy publishes on the API's address, port 443, below a path of its own.

    :ivar prefix: first segment of the path; haproxy removes it.
    :ivar port: where the service's machines listen.
    :ivar health: path that answers 200 while the service works.
    :ivar balance: haproxy's algorithm.
    :ivar tls: whether the service's machines speak TLS with their own certificates.
    :ivar own_port: whether it is published at its port too, for clients that know no path.
    """

    prefix: str
    port: int
    health: str = "/healthcheck"
    balance: str = "roundrobin"
    tls: bool = True
    own_port: bool = False
    catalogue: tuple[CatalogueEntry, ...] = ()


@dataclass(frozen=True)
class ServiceUser:
    """A user of Keystone for a service, in the project of all services."""

    name: str
    roles: tuple[str, ...] = ("admin", "service")

    @property
    def secret(self) -> str:
        """Name of its password among the cluster's secrets."""
        return f"{self.name}_service"


@dataclass(frozen=True)
class Secret:
    """A secret of a cluster that is generated for a service."""

    name: str
    kind: SecretKind = SecretKind.PASSWORD


@dataclass(frozen=True)
class Database:
    """A data base; its user has the same name unless another one's is given."""

    name: str
    user: str = ""

    @property
    def owner(self) -> str:
        """The user that may do everything in it."""
        return self.user or self.name


@dataclass(frozen=True)
class Deployment:
    """How Puppet deploys a service.

    :ivar profile: class `ocinstaller::profile::PROFILE`; several services can share one.
    :ivar packages: installed, with those of all other services of the machine, at once.
    :ivar databases: its data bases.
    :ivar message_user: its user in the message queue, with a virtual host of the same name.
    :ivar user: its user in Keystone.
    :ivar secrets: what it knows beside the passwords of the above.
    :ivar reads: secrets of other services that it knows too.
    :ivar found: whether profiles ask which machines run it (`$ocinstaller::peers`).
    """

    profile: str
    packages: tuple[str, ...] = ()
    api: Api | None = None
    databases: tuple[Database, ...] = ()
    message_user: str | None = None
    user: ServiceUser | None = None
    secrets: tuple[Secret, ...] = ()
    reads: tuple[str, ...] = ()
    found: bool = False


@dataclass(frozen=True)
class Service:
    """A service: its name in explanations and plans, its ports and where it runs.

    :ivar deployment: None while this version does not deploy it.
    """

    name: str
    ports: tuple[Port, ...]
    places: tuple[On, ...]
    deployment: Deployment | None = None


def database_secret(user: str) -> str:
    """Return the name of the secret that is the password of a user of the data base."""
    return f"{user}_db"


def message_secret(user: str) -> str:
    """Return the name of the secret that is the password of a user of the message queue."""
    return f"rabbitmq_{user}"


def tcp(
    *numbers: int, reach: Reach = Reach.MEMBERS, shows: Shows = Shows.NOTHING
) -> tuple[Port, ...]:
    """Return TCP ports."""
    return tuple(Port(number, reach=reach, shows=shows) for number in numbers)


def udp(*numbers: int, reach: Reach = Reach.MEMBERS) -> tuple[Port, ...]:
    """Return UDP ports."""
    return tuple(Port(number, Transport.UDP, reach=reach) for number in numbers)


def everywhere(when: Condition = ALWAYS) -> tuple[On, ...]:
    """Return all machines that OCI maintains."""
    return tuple(On(role.name, when) for role in ROLES if role.name != "metal")


def control(when: Condition = ALWAYS) -> tuple[On, ...]:
    """Return the controllers."""
    return (On("controller", when),)
