"""How full networks are, and who has which address."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ocinstaller.actions.views import NetworkView
from ocinstaller.store import queries
from ocinstaller.store.tables import IpAddress, Machine, Network


@dataclass(frozen=True)
class Usage:
    """How many addresses of a network's range are given away."""

    used: int
    total: int


@dataclass(frozen=True)
class GivenAddress:
    """An address and who has it: a machine, or what the address is for."""

    ip: str
    usefor: str
    serial: str | None
    hostname: str | None


def usages(session: Session, networks: Sequence[NetworkView]) -> dict[str, Usage]:
    """Return the usage of each network, by name, in one query."""
    query = (
        select(Network.name, func.count())
        .join(IpAddress, IpAddress.network_id == Network.id)
        .group_by(Network.name)
    )
    used = dict(session.execute(query).tuples().all())
    return {one.name: Usage(used.get(one.name, 0), _total(one)) for one in networks}


def _total(network: NetworkView) -> int:
    return int(ip_address(network.last_ip)) - int(ip_address(network.first_ip)) + 1


def given_addresses(session: Session, name: str) -> list[GivenAddress]:
    """Return the addresses of a network that are given away, in their order.

    :raises NotFound: there is no network of this name
    """
    row = queries.network(session, name)
    query = (
        select(
            IpAddress.ip, IpAddress.usefor, IpAddress.vip_usage, Machine.serial, Machine.hostname
        )
        .outerjoin(Machine, Machine.id == IpAddress.machine_id)
        .where(IpAddress.network_id == row.id)
    )
    found = [
        GivenAddress(ip, f"{usefor} ({usage})" if usage else usefor, serial, hostname)
        for ip, usefor, usage, serial, hostname in session.execute(query)
    ]
    return sorted(found, key=lambda given: int(ip_address(given.ip)))
