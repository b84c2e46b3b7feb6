"""Rolling certificates out, one machine after the other: whose turn it is, and what to check."""

from collections.abc import Iterator
from enum import StrEnum

from ocinstaller.model.certificate_wire import Dialect, TlsEndpoint
from ocinstaller.model.placement.placing import place_machine
from ocinstaller.model.services import SERVICES
from ocinstaller.model.services.entries import Service, Shows
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, in_order

_ENTRANCE = "controller"
"""The role whose machines show the API's certificate."""


class RolloutState(StrEnum):
    """How far a roll-out is."""

    RUNNING = "running"
    FAILED = "failed"
    """A machine took its previous certificates back; no other goes on before an operator looked."""
    DONE = "done"


class TurnState(StrEnum):
    """How far a machine is in a roll-out."""

    WAITING = "waiting"
    TAKING = "taking"
    DONE = "done"
    FAILED = "failed"


def order(cluster: ClusterSnapshot, *, api_only: bool) -> tuple[str, ...]:
    """Return the host names of those that take part, in their order.

    The controllers come last: by then all others trust what these are going to show.
    """
    entrance = [m for m in in_order(cluster.machines) if m.role == _ENTRANCE]
    others = [m for m in in_order(cluster.machines) if m.role != _ENTRANCE]
    return tuple(m.hostname for m in (*(() if api_only else others), *entrance))


def endpoints(
    cluster: ClusterSnapshot, machine: MachineFacts, api_hostname: str, *, api_only: bool
) -> tuple[TlsEndpoint, ...]:
    """Return the ports of a machine that show a certificate, from the table of services."""
    running = set(place_machine(cluster, machine).services)
    address = cluster.management_address(machine)
    found = []
    for service, port, shows in _ports(running):
        if api_only and shows is not Shows.API:
            continue
        name = api_hostname if shows is Shows.API else machine.hostname
        end = "pem" if shows is Shows.API else "crt"
        found.append(
            TlsEndpoint(
                service=service.name,
                address=address,
                port=port,
                dialect=Dialect.MYSQL if shows is Shows.MYSQL else Dialect.TLS,
                hostname=name,
                file=f"/etc/ssl/oci/{name}.{end}",
            )
        )
    return tuple(found)


def _ports(running: set[str]) -> Iterator[tuple[Service, int, Shows]]:
    for service in SERVICES:
        if service.name not in running or service.deployment is None:
            continue
        api = service.deployment.api
        if api is not None and api.tls:
            yield service, api.port, Shows.MACHINE
        for port in service.ports:
            if port.shows is not Shows.NOTHING:
                yield service, port.number, port.shows
