"""A cluster as one immutable value: what placement, classification and plans are functions of.

The store fills it in a constant number of queries; a plan changes a copy and compares the results.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import TypeVar, cast

from ocinstaller.model.addressing import Address, AddressRange, NetworkUse, is_management
from ocinstaller.model.hardware import Nic
from ocinstaller.model.settings import CLUSTER_SETTINGS, INHERIT, MACHINE_SETTINGS, Value
from ocinstaller.model.states import PuppetStatus, State

_Derived = TypeVar("_Derived")


@dataclass(frozen=True)
class AddressFacts:
    """An address of a machine in one of the cluster's networks."""

    network: str
    ip: str
    prefix: int


@dataclass(frozen=True)
class MachineFacts:
    """A machine of the cluster."""

    hostname: str
    role: str
    location: str
    serial: str | None = None
    """None for a machine that exists in a plan only."""
    is_bootstrap: bool = False
    """Whether this controller was chosen to found the cluster."""
    status: State = State.LIVE
    puppet_status: PuppetStatus = PuppetStatus.NOT_RUN
    addresses: tuple[AddressFacts, ...] = ()
    settings: Mapping[str, Value] = field(default_factory=dict)
    """Those that are not at their default; a secret is `secret_fields.HIDDEN`."""
    nics: tuple[Nic, ...] | None = None
    """The interfaces of controllers, which carry the API's address, and of compute and network
    machines where the cluster has an `ovs-bridge` network; not loaded for others."""

    def own_setting(self, name: str) -> Value:
        """Return a setting as it is on the machine itself, be it `cluster_value`."""
        return self.settings.get(name, MACHINE_SETTINGS[name].default)


@dataclass(frozen=True)
class Reservation:
    """Addresses that the operator keeps back, and what for."""

    addresses: AddressRange
    note: str = ""


@dataclass(frozen=True)
class NetworkFacts:
    """A network of the cluster, and which of its addresses are gone."""

    use: NetworkUse
    taken: frozenset[Address] = frozenset()
    """Given to a machine or a VIP."""
    reservations: tuple[Reservation, ...] = ()
    """Kept back by the operator, in their order."""
    own: tuple[AddressRange, ...] = ()
    """Used by OCI itself."""

    @property
    def reserved(self) -> tuple[AddressRange, ...]:
        """What is never handed out."""
        return (*(reservation.addresses for reservation in self.reservations), *self.own)


@dataclass(frozen=True)
class LogHost:
    """A host that the cluster's machines send their logs to."""

    hostname: str
    port: int


@dataclass(frozen=True)
class VirtualAddress:
    """A virtual address and the network that it comes from."""

    ip: str
    prefix: int
    network: str


@dataclass(frozen=True)
class ClusterSnapshot:
    """Everything that decides what a cluster looks like."""

    name: str
    domain: str
    machines: tuple[MachineFacts, ...] = ()
    networks: tuple[NetworkFacts, ...] = ()
    vip: VirtualAddress | None = None
    """The API's."""
    other_vips: Mapping[str, VirtualAddress] = field(default_factory=dict)
    """By usage: `messaging`, `sql`, `sqlmsg`."""
    log_hosts: tuple[LogHost, ...] = ()
    """By name and port."""
    initial_cluster_setup: bool = True
    last_numbers: Mapping[str, int] = field(default_factory=dict)
    """The last number of each role's host names; numbers are never used again."""
    settings: Mapping[str, Value] = field(default_factory=dict)
    """Those that are not at their default; a secret is `secret_fields.HIDDEN`."""

    site_roles: frozenset[str] = frozenset()
    """The names of the roles that the site added to OCI's."""

    def setting(self, name: str) -> Value:
        """Return a setting of the cluster; the only way in which decisions read one."""
        if name == "initial_cluster_setup":
            return self.initial_cluster_setup
        return self.settings.get(name, CLUSTER_SETTINGS[name].default)

    def machine_setting(self, machine: MachineFacts, name: str) -> Value:
        """Return a setting of a machine; where the machine says so, that of its cluster."""
        value = machine.own_setting(name)
        return self.setting(name) if value == INHERIT else value

    @cached_property
    def counts(self) -> Counter[str]:
        """How many machines each role has."""
        return Counter(machine.role for machine in self.machines)

    @cached_property
    def network_by_name(self) -> Mapping[str, NetworkFacts]:
        """The networks by their names."""
        return {network.use.name: network for network in self.networks}

    def of_role(self, role: str) -> tuple[MachineFacts, ...]:
        """Return the machines of a role in the order of their numbers."""
        return in_order(machine for machine in self.machines if machine.role == role)

    def management_address(self, machine: MachineFacts) -> str:
        """Return the machine's address for its own traffic; empty when it has none."""
        for address in sorted(machine.addresses, key=lambda a: a.network):
            network = self.network_by_name.get(address.network)
            if network is not None and is_management(network.use):
                return address.ip
        return ""


def in_order(machines: Iterable[MachineFacts]) -> tuple[MachineFacts, ...]:
    """Return machines in the order of their host names' numbers: 2 comes before 10."""
    return tuple(sorted(machines, key=lambda machine: (len(machine.hostname), machine.hostname)))


def once(
    function: Callable[[ClusterSnapshot], _Derived],
) -> Callable[[ClusterSnapshot], _Derived]:
    """Compute a function of a snapshot once for each snapshot, which never changes.

    What a plan tells of each of thousands of machines rests on the same facts of the whole cluster.
    Whoever gets the result must not change it.
    """
    key = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def remembered(cluster: ClusterSnapshot) -> _Derived:
        known = vars(cluster)
        if key not in known:
            known[key] = function(cluster)
        return cast("_Derived", known[key])

    return remembered
