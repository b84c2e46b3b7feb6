"""Changes to a cluster that has not been made yet: a snapshot in, a snapshot out."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address

from ocinstaller.model import addressing, naming, roles
from ocinstaller.model.addressing import Address
from ocinstaller.model.enrolment import networks_of_member, settings_of_member
from ocinstaller.model.errors import InvalidValue, NotFound
from ocinstaller.model.settings import CLUSTER_SETTINGS, Value
from ocinstaller.model.snapshot import (
    AddressFacts,
    ClusterSnapshot,
    MachineFacts,
    NetworkFacts,
)
from ocinstaller.model.text import Text

MOST_ADDED = 1000
"""Machines that one plan may add of a role."""


def with_machines(
    cluster: ClusterSnapshot, role: str, count: int, location: str | None
) -> ClusterSnapshot:
    """Return the cluster with `count` more machines, named and addressed as enrolment would.

    :param location: may be left out when the cluster's networks are all in one
    :raises InvalidValue: role, count or location are not allowed
    :raises Conflict: no network at the location serves the role
    :raises Exhausted: a network has no free address
    """
    roles.check_role(role, cluster.site_roles)
    if not 1 <= count <= MOST_ADDED:
        raise InvalidValue("count", count, Text("1 to {most_added}", most_added=MOST_ADDED))
    place = _location(cluster, location)
    for _ in range(count):
        cluster = _with_machine(cluster, role, place)
    return cluster


def without_machine(cluster: ClusterSnapshot, hostname: str) -> ClusterSnapshot:
    """Return the cluster without one of its machines.

    :raises NotFound: the cluster has no machine of this host name or serial number
    """
    leaving = next((m for m in cluster.machines if hostname in (m.hostname, m.serial)), None)
    if leaving is None:
        raise NotFound(
            Text("machine"), hostname, Text("a machine of cluster {name}", name=cluster.name)
        )
    rest = tuple(machine for machine in cluster.machines if machine is not leaving)
    if leaving.is_bootstrap:
        rest = _bootstrap_passed_on(rest)
    freed = {address.network: ip_address(address.ip) for address in leaving.addresses}
    networks = tuple(
        replace(n, taken=n.taken - {freed[n.use.name]}) if n.use.name in freed else n
        for n in cluster.networks
    )
    return replace(cluster, machines=rest, networks=networks)


def with_settings(cluster: ClusterSnapshot, settings: Mapping[str, Value]) -> ClusterSnapshot:
    """Return the cluster with other settings; those that are at their default are left out."""
    together = {**cluster.settings, **settings}
    changed = {n: v for n, v in together.items() if v != CLUSTER_SETTINGS[n].default}
    return replace(cluster, settings=changed)


def _location(cluster: ClusterSnapshot, location: str | None) -> str:
    present = sorted({network.use.location for network in cluster.networks})
    if location is None and len(present) == 1:
        return present[0]
    if location is None or location not in present:
        allowed = ", ".join(present) or Text(
            "none: cluster {name} has no networks yet", name=cluster.name
        )
        raise InvalidValue("location", location or "", allowed)
    return location


def _with_machine(cluster: ClusterSnapshot, role: str, location: str) -> ClusterSnapshot:
    number = cluster.last_numbers.get(role, 0) + 1
    uses = networks_of_member(
        cluster.name,
        [network.use for network in cluster.networks],
        role,
        location,
        has_network_nodes=cluster.counts["network"] > 0,
    )
    given = {
        use.name: addressing.next_address(
            use,
            cluster.network_by_name[use.name].taken,
            cluster.network_by_name[use.name].reserved,
        )
        for use in uses
        if addressing.needs_address(use)
    }
    machine = MachineFacts(
        hostname=naming.machine_hostname(cluster.name, role, number, cluster.domain),
        role=role,
        location=location,
        is_bootstrap=role == "controller" and cluster.counts["controller"] == 0,
        addresses=tuple(
            AddressFacts(use.name, str(given[use.name]), use.network.prefixlen)
            for use in uses
            if use.name in given
        ),
        settings=settings_of_member(role),
    )
    return replace(
        cluster,
        machines=(*cluster.machines, machine),
        networks=tuple(_taking(network, given) for network in cluster.networks),
        last_numbers={**cluster.last_numbers, role: number},
    )


def _taking(network: NetworkFacts, given: Mapping[str, Address]) -> NetworkFacts:
    address = given.get(network.use.name)
    return network if address is None else replace(network, taken=network.taken | {address})


def _bootstrap_passed_on(machines: tuple[MachineFacts, ...]) -> tuple[MachineFacts, ...]:
    """Name another controller as the founder, in the order that removal uses."""
    heirs = sorted(m.hostname for m in machines if m.role == "controller")
    return tuple(replace(m, is_bootstrap=True) if m.hostname in heirs[:1] else m for m in machines)
