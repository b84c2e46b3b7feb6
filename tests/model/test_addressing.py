import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.addressing import (
    Address,
    NetworkUse,
    allocatable,
    check_fixed_address,
    check_overlap,
    gateway,
    needs_address,
    networks_for_machine,
    next_address,
    parse_network,
)
from ocinstaller.model.errors import Conflict, Exhausted, InvalidValue

networks = st.builds(
    lambda number, prefix: ipaddress.IPv4Network((number, prefix), strict=False),
    st.integers(0, 2**32 - 1),
    st.integers(20, 32),
)


def use(
    name: str = "n",
    text: str = "10.0.0.0/24",
    *,
    public: bool = False,
    role: str = "all",
    location: str = "z1",
) -> NetworkUse:
    network = ipaddress.IPv4Network(text)
    return NetworkUse(name, network, allocatable(network), public, location, role)


@given(networks)
def test_the_range_lies_in_the_network_and_leaves_router_and_broadcast_out(
    network: ipaddress.IPv4Network,
) -> None:
    addresses = allocatable(network)
    assert addresses.first in network and addresses.last in network
    router = gateway(network)
    if router is not None:
        assert router not in addresses
        assert network.broadcast_address not in addresses


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("192.168.100.0/24", "192.168.100.2", "192.168.100.254"),
        ("10.0.0.0/30", "10.0.0.1", "10.0.0.2"),
        ("10.0.0.0/31", "10.0.0.0", "10.0.0.1"),
        ("10.0.0.7/32", "10.0.0.7", "10.0.0.7"),
        ("10.0.0.0/29", "10.0.0.2", "10.0.0.6"),
    ],
)
def test_ranges_are_those_of_the_original(text: str, first: str, last: str) -> None:
    addresses = allocatable(ipaddress.IPv4Network(text))
    assert (str(addresses.first), str(addresses.last)) == (first, last)


@given(networks, st.data())
def test_the_lowest_free_address_is_chosen(
    network: ipaddress.IPv4Network, data: st.DataObject
) -> None:
    addresses = allocatable(network)
    first, last = int(addresses.first), int(addresses.last)
    taken = data.draw(st.frozensets(st.integers(first, min(last, first + 50)), max_size=51))
    used = frozenset(Address(number) for number in taken)
    if len(used) > last - first:
        with pytest.raises(Exhausted, match="n has no free address"):
            next_address("n", addresses, used)
        return
    chosen = next_address("n", addresses, used)
    assert chosen in addresses and chosen not in used
    assert all(Address(number) in used for number in range(first, int(chosen)))


@given(st.text(max_size=20), st.one_of(st.integers(), st.text(max_size=4)))
def test_nonsense_is_refused_with_what_is_allowed(ip: str, cidr: int | str) -> None:
    try:
        parse_network(ip, cidr)
    except InvalidValue as error:
        assert error.field in {"ip", "cidr"} and error.allowed


def test_host_bits_are_refused() -> None:
    with pytest.raises(InvalidValue, match="10.0.0.0"):
        parse_network("10.0.0.1", 24)


@given(networks, networks)
def test_overlap_is_symmetric(one: ipaddress.IPv4Network, other: ipaddress.IPv4Network) -> None:
    def refused(a: ipaddress.IPv4Network, b: ipaddress.IPv4Network) -> bool:
        try:
            check_overlap(a, [("other", b)])
        except Conflict:
            return True
        return False

    assert refused(one, other) == refused(other, one)
    assert refused(one, one)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("10.0.1.9", InvalidValue),
        ("10.0.0.1", InvalidValue),
        ("x", InvalidValue),
        ("10.0.0.9", Conflict),
    ],
)
def test_fixed_addresses_are_checked(text: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="fixed_ip"):
        check_fixed_address(text, use(), frozenset({Address("10.0.0.9")}))


def test_machines_get_the_networks_of_their_role_and_location() -> None:
    everything = [
        use("mgmt", role="all"),
        use("tunnel", role="vm-net"),
        use("bridge", role="ovs-bridge"),
        use("api", role="controller", public=True),
        use("ceph", role="ceph-cluster"),
        use("elsewhere", role="all", location="z2"),
    ]

    def names(role: str, *, nodes: bool) -> list[str]:
        return [
            n.name for n in networks_for_machine(everything, role, "z1", has_network_nodes=nodes)
        ]

    assert names("compute", nodes=True) == ["bridge", "mgmt", "tunnel"]
    assert names("controller", nodes=True) == ["api", "mgmt"]
    assert names("controller", nodes=False) == ["api", "bridge", "mgmt", "tunnel"]
    assert names("cephosd", nodes=True) == ["ceph", "mgmt"]
    assert names("custom", nodes=True) == ["mgmt"]


def test_public_networks_and_bridges_give_no_address() -> None:
    assert needs_address(use())
    assert not needs_address(use(public=True))
    assert not needs_address(use(role="ovs-bridge"))
