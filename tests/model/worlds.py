"""Snapshots of clusters for the tests of the model."""

from dataclasses import replace
from ipaddress import ip_address

from ocinstaller.model.addressing import Link, NetworkUse, allocatable, gateway, parse_network
from ocinstaller.model.enrolment import settings_of_member
from ocinstaller.model.settings import Value
from ocinstaller.model.snapshot import (
    AddressFacts,
    ClusterSnapshot,
    MachineFacts,
    NetworkFacts,
    VirtualAddress,
)

REFERENCE = {
    "controller": 3,
    "network": 2,
    "compute": 3,
    "cephosd": 3,
    "swiftproxy": 2,
    "swiftstore": 6,
    "volume": 1,
}
"""The cluster whose explanation and plan are kept as golden files."""


def network(
    name: str, text: str, role: str = "all", *, public: bool = False, location: str = "zone-1"
) -> NetworkFacts:
    parsed = parse_network(*text.split("/"))
    link = Link("eth1" if public else "eth0")
    return NetworkFacts(
        NetworkUse(
            name, parsed, allocatable(parsed), public, location, role, gateway(parsed), link=link
        )
    )


def machine(role: str, number: int, **settings: Value) -> MachineFacts:
    return MachineFacts(
        hostname=f"cloud-{role}-{number}.example.com",
        role=role,
        location="zone-1",
        serial=f"{role.upper()}{number}",
        is_bootstrap=(role, number) == ("controller", 1),
        settings={**settings_of_member(role), **settings},
    )


def cluster(
    counts: dict[str, int], *, hyper_converged: int = 0, **settings: Value
) -> ClusterSnapshot:
    """Return a cluster without networks; the first compute machines can be hyper-converged."""
    machines = tuple(
        machine(role, n + 1, **({"compute_is_cephosd": "yes"} if n < hyper_converged else {}))
        if role == "compute"
        else machine(role, n + 1)
        for role, count in counts.items()
        for n in range(count)
    )
    return ClusterSnapshot("cloud", "example.com", machines, settings=settings)


def connected(counts: dict[str, int]) -> ClusterSnapshot:
    """Return a cluster with networks, addresses and the API's address."""
    bare = cluster(counts)
    internal, public = (
        network("internal", "192.168.100.0/24"),
        network("public", "203.0.113.0/24", "controller", public=True),
    )
    hosts = iter(range(2, 250))
    machines = tuple(
        replace(m, addresses=(AddressFacts("internal", f"192.168.100.{next(hosts)}", 24),))
        for m in bare.machines
    )
    taken = frozenset(ip_address(m.addresses[0].ip) for m in machines)
    return replace(
        bare,
        machines=machines,
        networks=(
            replace(internal, taken=taken),
            replace(public, taken=frozenset({ip_address("203.0.113.2")})),
        ),
        vip=VirtualAddress("203.0.113.2", 24, "public"),
        last_numbers=dict(counts),
    )
