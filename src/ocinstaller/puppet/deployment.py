"""What Puppet needs to know about the services of a machine: pure, from placement and the table."""

from collections.abc import Mapping
from dataclasses import dataclass

from ocinstaller.model.placement.choices import cluster_choices, machine_choices
from ocinstaller.model.placement.facts import Scene
from ocinstaller.model.placement.placing import hosts
from ocinstaller.model.services import SERVICES, Reach, Service
from ocinstaller.model.services.entries import Port, database_secret, message_secret
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, in_order

Parameters = dict[str, object]


@dataclass(frozen=True)
class Member:
    """A machine of the cluster, as the others see it.

    :ivar address: for the cluster's own traffic.
    :ivar id: its number among the machines of its role.
    :ivar addresses: all its addresses; its packets may come from any of them.
    """

    hostname: str
    address: str
    id: int
    addresses: tuple[str, ...]


def deployment(cluster: ClusterSnapshot, machine: MachineFacts) -> Parameters:
    """Return the parameters of class `ocinstaller` that follow from placement."""
    running = hosts(cluster)
    deployed = [service for service in SERVICES if service.name in running and service.deployment]
    own = [service for service in deployed if machine in running[service.name]]
    peers = {
        service.name: [_peer(cluster, host) for host in running[service.name]]
        for service in deployed
        if _is_found(service)
    }
    parameters: Parameters = {
        "services": [service.name for service in own],
        "profiles": _profiles(own),
        "packages": _packages(own),
        "backends": _backends(cluster, machine),
        "apis": {
            service.name: _api(cluster, service, running[service.name])
            for service in deployed
            if service.deployment and service.deployment.api
        },
        "peers": peers,
        "ports": [_port(service, port) for service in own for port in service.ports],
    }
    if cluster.other_vips:
        parameters["other_vips"] = {
            usage: {"address": vip.ip, "prefix": vip.prefix}
            for usage, vip in sorted(cluster.other_vips.items())
        }
    own_names = {service.name for service in own}
    if "mariadb" in own_names:
        parameters["databases"] = _databases(deployed)
    if "rabbitmq" in own_names:
        parameters["message_users"] = _message_users(deployed)
    if "keystone" in own_names:
        parameters["users"] = _users(deployed)
    return parameters


def members(cluster: ClusterSnapshot) -> dict[str, list[Member]]:
    """Return the machines of each role that the cluster has, in the order of their numbers."""
    found: dict[str, list[Member]] = {}
    for machine in in_order(cluster.machines):
        found.setdefault(machine.role, []).append(
            Member(
                machine.hostname,
                cluster.management_address(machine),
                _number(machine),
                tuple(address.ip for address in machine.addresses),
            )
        )
    return dict(sorted(found.items()))


def _number(machine: MachineFacts) -> int:
    """Return the number in a host name: 12 of cloud-swiftstore-12.example.com."""
    return int(machine.hostname.split(".")[0].rpartition("-")[2])


def _is_found(service: Service) -> bool:
    assert service.deployment is not None  # noqa: S101 - tells the type checker
    return service.deployment.found or any(port.reach is Reach.PEERS for port in service.ports)


def _profiles(services: list[Service]) -> list[str]:
    return list(dict.fromkeys(s.deployment.profile for s in services if s.deployment))


def _packages(services: list[Service]) -> list[str]:
    return sorted({name for s in services if s.deployment for name in s.deployment.packages})


def _backends(cluster: ClusterSnapshot, machine: MachineFacts) -> dict[str, str]:
    scene = Scene(cluster)
    decisions = (*cluster_choices(scene), *machine_choices(scene, machine))
    return {decision.subject: decision.choice for decision in decisions}


def _peer(cluster: ClusterSnapshot, machine: MachineFacts) -> dict[str, object]:
    return {
        "hostname": machine.hostname,
        "address": cluster.management_address(machine),
        "id": _number(machine),
    }


def _api(
    cluster: ClusterSnapshot, service: Service, machines: tuple[MachineFacts, ...]
) -> dict[str, object]:
    assert service.deployment is not None and service.deployment.api is not None  # noqa: S101
    api = service.deployment.api
    return {
        "prefix": f"/{api.prefix}",
        "port": api.port,
        "health": api.health,
        "balance": api.balance,
        "tls": api.tls,
        "own_port": api.own_port,
        "catalogue": [
            {"type": entry.type, "name": entry.name, "path": entry.path} for entry in api.catalogue
        ],
        "members": [_peer(cluster, machine) for machine in machines],
    }


def _port(service: Service, port: Port) -> dict[str, object]:
    return {
        "service": service.name,
        "transport": str(port.transport),
        "first": port.number,
        "last": port.last or port.number,
        "reach": str(port.reach),
    }


def _databases(services: list[Service]) -> Mapping[str, dict[str, str]]:
    """Return each data base's user and the name of the secret that is the user's password."""
    return {
        database.name: {"user": database.owner, "secret": database_secret(database.owner)}
        for service in services
        if service.deployment
        for database in service.deployment.databases
    }


def _message_users(services: list[Service]) -> Mapping[str, str]:
    """Return the name of the secret of each user of the message queue."""
    return {
        s.deployment.message_user: message_secret(s.deployment.message_user)
        for s in services
        if s.deployment and s.deployment.message_user
    }


def _users(services: list[Service]) -> Mapping[str, dict[str, object]]:
    """Return Keystone's users for services: each one's secret and roles."""
    return {
        s.deployment.user.name: {
            "secret": s.deployment.user.secret,
            "roles": list(s.deployment.user.roles),
        }
        for s in services
        if s.deployment and s.deployment.user
    }
