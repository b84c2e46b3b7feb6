"""Addresses of BMCs: of the right network, each once, the same history the same result."""

from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.addressing import AddressRange, NetworkUse, hosts
from ocinstaller.model.errors import Conflict, Exhausted
from ocinstaller.model.ipmi_numbering import gateway_of, network_for, place_of


def network(
    cidr: str = "10.9.0.0/29", name: str = "bmcs", match: str = "10.1.0.0/16", **changes: object
) -> NetworkUse:
    whole = ip_network(cidr)
    values: dict[str, object] = {
        "name": name, "network": whole, "addresses": hosts(whole), "is_public": False,
        "location": "z1", "role": "ipmi", "ipmi_match": ip_network(match),
    }  # fmt: skip
    return NetworkUse(**(values | changes))  # type: ignore[arg-type]


networks = st.builds(
    lambda base, prefix: network(str(IPv4Network((base, prefix), strict=False))),
    st.integers(0x0A000000, 0x0AFFFFFF),
    st.integers(24, 30),
)


@given(networks, st.data())
def test_no_address_has_two_owners_and_none_is_outside(
    use: NetworkUse, data: st.DataObject
) -> None:
    whole = use.network
    inside = st.integers(int(whole.network_address), int(whole.broadcast_address))
    blocked = [AddressRange(IPv4Address(n), IPv4Address(n)) for n in data.draw(st.lists(inside))]
    used: frozenset[IPv4Address] = frozenset()
    while True:
        try:
            place = place_of(use, used, blocked)
        except Exhausted:
            break
        assert place == place_of(use, used, list(reversed(blocked)))
        assert place.address in whole and place.address not in used
        assert place.address not in {whole.network_address, whole.broadcast_address}
        assert str(place.address) != place.gateway
        assert not any(place.address in one for one in blocked)
        assert place.netmask == str(whole.netmask)
        used |= {place.address}
    free = {IPv4Address(n) for n in range(int(use.addresses.first), int(use.addresses.last) + 1)}
    free -= {gateway_of(use)}  # type: ignore[arg-type]
    assert used == {a for a in free if not any(a in one for one in blocked)}


def test_the_router_is_the_one_that_is_set_or_the_first_address() -> None:
    assert place_of(network(), frozenset()) == place_of(network(), frozenset())
    first = place_of(network(), frozenset())
    assert (str(first.address), first.gateway) == ("10.9.0.2", "10.9.0.1")
    own = place_of(network(gateway=ip_address("10.9.0.3")), frozenset())
    assert (str(own.address), own.gateway) == ("10.9.0.1", "10.9.0.3")
    pair = place_of(network("10.9.0.0/31"), frozenset())
    assert pair.gateway == ""


def test_an_address_is_kept() -> None:
    present = IPv4Address("10.9.0.5")
    assert place_of(network(), frozenset({present}), present=present).address == present


def test_the_narrowest_network_is_for_a_machine() -> None:
    wide, narrow = network(name="a"), network(name="b", match="10.1.2.0/24")
    others = (
        network(name="0", role="all"),
        network(name="1", ipmi_mode="externaldhcp"),
        network(name="2", ipmi_match=None),
        network(name="3", match="fd00::/8"),
    )
    assert network_for((*others, wide, narrow), ip_address("10.1.2.3")) is narrow
    assert network_for((*others, narrow, wide), ip_address("10.1.3.3")) is wide
    assert network_for((*others, wide), ip_address("10.2.0.1")) is None
    twins = (network(name="d"), network(name="c"))
    assert network_for(twins, ip_address("10.1.0.1")) is twins[1]


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        (network(role="all"), "its role is all"),
        (network(ipmi_mode="externaldhcp"), "another server"),
        (network("fd00:9::/64"), "IPv4"),
    ],
)
def test_networks_that_give_bmcs_nothing(use: NetworkUse, reason: str) -> None:
    with pytest.raises(Conflict, match=reason):
        place_of(use, frozenset())
