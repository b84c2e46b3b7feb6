import ipaddress
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.addressing import (
    AddressRange,
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

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

networks = st.one_of(
    st.builds(
        lambda number, prefix: ipaddress.IPv4Network((number, prefix), strict=False),
        st.integers(0, 2**32 - 1),
        st.integers(1, 32),
    ),
    st.builds(
        lambda number, prefix: ipaddress.IPv6Network((number, prefix), strict=False),
        st.integers(0, 2**128 - 1),
        st.integers(1, 128),
    ),
)


def of_network(network: Network) -> NetworkUse:
    return NetworkUse(
        "n", network, allocatable(network), False, "z1", "all", gateway=gateway(network)
    )


def use(
    name: str = "n",
    text: str = "10.0.0.0/24",
    *,
    public: bool = False,
    role: str = "all",
    location: str = "z1",
) -> NetworkUse:
    network = ipaddress.ip_network(text)
    return NetworkUse(name, network, allocatable(network), public, location, role)


@given(networks)
def test_the_range_lies_in_the_network_and_leaves_router_and_broadcast_out(
    network: Network,
) -> None:
    addresses = allocatable(network)
    assert addresses.first in network and addresses.last in network
    router = gateway(network)
    if router is not None:
        assert router not in addresses
        assert network.network_address not in addresses
        assert network.broadcast_address not in addresses


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("192.168.100.0/24", "192.168.100.2", "192.168.100.254"),
        ("10.0.0.0/30", "10.0.0.1", "10.0.0.2"),
        ("10.0.0.0/31", "10.0.0.0", "10.0.0.1"),
        ("10.0.0.7/32", "10.0.0.7", "10.0.0.7"),
        ("10.0.0.0/29", "10.0.0.2", "10.0.0.6"),
        ("2001:db8::/64", "2001:db8::2", "2001:db8::ffff:ffff:ffff:fffe"),
        ("2001:db8::/127", "2001:db8::", "2001:db8::1"),
        ("2001:db8::7/128", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_ranges_are_those_of_the_original(text: str, first: str, last: str) -> None:
    addresses = allocatable(ipaddress.ip_network(text))
    assert (str(addresses.first), str(addresses.last)) == (first, last)


@given(networks, st.data())
def test_the_lowest_free_address_is_chosen(network: Network, data: st.DataObject) -> None:
    subject = of_network(network)
    first, last = int(subject.addresses.first), int(subject.addresses.last)
    make = type(subject.addresses.first)
    near = st.integers(first, min(last, first + 50))
    used = frozenset(map(make, data.draw(st.frozensets(near, max_size=51))))
    low, high = sorted([data.draw(near), data.draw(st.integers(first, last))])
    reserved = data.draw(st.sampled_from([(), (AddressRange(make(low), make(high)),)]))

    def free(number: int) -> bool:
        return make(number) not in used and not any(make(number) in r for r in reserved)

    try:
        chosen = next_address(subject, used, reserved)
    except Exhausted as error:
        count = subject.addresses.size
        assert f"n has no free address: all {count} " in error.message
        assert not any(free(number) for number in range(first, min(last, first + 60) + 1))
        return
    assert chosen in subject.addresses and free(int(chosen))
    assert chosen != gateway(network)
    assert not any(free(number) for number in range(first, min(int(chosen), first + 100)))


@given(networks, st.integers(0, 40), st.randoms(use_true_random=False))
def test_no_address_has_two_owners_and_the_same_history_gives_the_same(
    network: Network, count: int, random: Random
) -> None:
    def history(seed: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
        dice, held, given_out = Random(seed), set(), []
        for _ in range(count):
            if held and dice.random() < 0.3:
                held.discard(dice.choice(sorted(held)))
                continue
            try:
                address = next_address(of_network(network), frozenset(held))
            except Exhausted:
                assert len(held) == allocatable(network).size
                continue
            assert address not in held
            held.add(address)
            given_out.append(address)
        return given_out

    seed = random.randint(0, 1000)
    assert history(seed) == history(seed)


def test_a_router_within_the_range_is_never_handed_out() -> None:
    subject = replace(use(text="10.0.0.0/29"), gateway=ipaddress.ip_address("10.0.0.2"))
    assert str(next_address(subject, frozenset())) == "10.0.0.3"
    with pytest.raises(InvalidValue, match="but 10.0.0.2"):
        check_fixed_address("10.0.0.2", subject, frozenset())


def test_reserved_ranges_of_ipv6_cost_no_iteration() -> None:
    subject = use(text="2001:db8::/32")
    almost_all = AddressRange(subject.addresses.first, subject.addresses.last - 1)
    assert next_address(subject, frozenset(), [almost_all]) == subject.addresses.last


@given(st.text(max_size=20), st.one_of(st.integers(), st.text(max_size=4)))
def test_nonsense_is_refused_with_what_is_allowed(ip: str, cidr: int | str) -> None:
    try:
        parse_network(ip, cidr)
    except InvalidValue as error:
        assert error.field in {"ip", "cidr"} and error.allowed


@pytest.mark.parametrize(
    ("ip", "cidr", "hint"),
    [
        ("10.0.0.1", 24, "10.0.0.0"),
        ("2001:db8::1", 64, "2001:db8::"),
        ("10.0.0.0", 33, "1 to 32"),
        ("2001:db8::", 129, "1 to 128"),
        ("fe80::%eth0", 64, "IPv4 or IPv6 address"),
    ],
)
def test_malformed_networks_are_refused(ip: str, cidr: int, hint: str) -> None:
    with pytest.raises(InvalidValue, match=hint):
        parse_network(ip, cidr)


@given(networks, networks)
def test_overlap_is_symmetric(one: Network, other: Network) -> None:
    def refused(a: Network, b: Network) -> bool:
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
        check_fixed_address(text, use(), frozenset({ipaddress.ip_address("10.0.0.9")}))


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
