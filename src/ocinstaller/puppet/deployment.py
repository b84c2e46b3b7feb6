"""What Puppet needs to know about the services of a machine: pure, from placement and the table."""

from collections.abc import Mapping

from ocinstaller.model.placement.choices import cluster_choices, machine_choices
from ocinstaller.model.placement.facts import Scene
from ocinstaller.model.placement.placing import hosts, place_machine
from ocinstaller.model.services import SERVICES, Reach, Service
from ocinstaller.model.services.entries import Port, database_secret, message_secret
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, in_order, once
from ocinstaller.puppet.switching import switching

Parameters = dict[str, object]


def deployment(cluster: ClusterSnapshot, machine: MachineFacts) -> Parameters:
    """Return the parameters of class `ocinstaller` that follow from placement."""
    deployed = _deployed(cluster)
    placed = place_machine(cluster, machine).services
    own = [service for service in deployed if service.name in placed]
    parameters: Parameters = {
        "services": [service.name for service in own],
        "profiles": _profiles(own),
        "packages": _packages(own),
        "backends": _backends(cluster, machine),
        "apis": _apis(cluster),
        "peers": _peers(cluster),
        "ports": [_port(service, port) for service in own for port in service.ports],
        **switching(cluster, machine),
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


@once
def members(cluster: ClusterSnapshot) -> Parameters:
    """Return the machines of each role that the cluster has, in the order of their numbers.

    Each with its host name, its address for the cluster's own traffic, its number among the
    machines of its role, and all its addresses: its packets may come from any of them.
    """
    found: dict[str, list[Parameters]] = {}
    for machine in in_order(cluster.machines):
        addresses = [address.ip for address in machine.addresses]
        member = {**_peer(cluster, machine), "addresses": addresses}
        found.setdefault(machine.role, []).append(member)
    return dict(sorted(found.items()))


@once
def _deployed(cluster: ClusterSnapshot) -> list[Service]:
    running = hosts(cluster)
    return [service for service in SERVICES if service.name in running and service.deployment]


@once
def _peers(cluster: ClusterSnapshot) -> Parameters:
    running = hosts(cluster)
    return {
        service.name: [_peer(cluster, host) for host in running[service.name]]
        for service in _deployed(cluster)
        if _is_found(service)
    }


@once
def _apis(cluster: ClusterSnapshot) -> Parameters:
    running = hosts(cluster)
    return {
        service.name: _api(cluster, service, running[service.name])
        for service in _deployed(cluster)
        if service.deployment and service.deployment.api
    }


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
    own = machine_choices(Scene(cluster), machine)
    return _common_backends(cluster) | {decision.subject: decision.choice for decision in own}


@once
def _common_backends(cluster: ClusterSnapshot) -> dict[str, str]:
    return {decision.subject: decision.choice for decision in cluster_choices(Scene(cluster))}


def _peer(cluster: ClusterSnapshot, machine: MachineFacts) -> Parameters:
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
