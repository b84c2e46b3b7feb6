"""What the node classifier needs of a cluster's snapshot for one machine."""

from collections.abc import Mapping

from ocinstaller.model import naming
from ocinstaller.model.network_layout import network_layout
from ocinstaller.model.placement.leaders import first_master
from ocinstaller.model.placement.placing import place_machine
from ocinstaller.model.placement.spelling import is_yes
from ocinstaller.model.roles import kind_of
from ocinstaller.model.settings import CLUSTER_SETTINGS, MACHINE_SETTINGS, Kind, Setting, Value
from ocinstaller.model.settings.schema import EVERY_ROLE
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts
from ocinstaller.puppet.classification import ApiAddress, NodeSnapshot
from ocinstaller.puppet.deployment import deployment, members
from ocinstaller.puppet.switching import networks_of


def node_snapshot(
    cluster: ClusterSnapshot,
    machine: MachineFacts,
    secrets: Mapping[str, str],
    api_ca: str = "",
    site_classes: Mapping[str, Mapping[str, object]] | None = None,
) -> NodeSnapshot:
    """Return what decides on a machine's classes and parameters.

    :param api_ca: the roots that clients of the API trust, as PEM; empty for OCI's alone
    :param site_classes: the site's own classes of the machine, with their parameters
    :raises Conflict: the machine has not the interface that carries the API's address
    """
    founder = first_master(cluster)
    time_servers = str(cluster.setting("time_server_host"))
    return NodeSnapshot(
        cluster_name=cluster.name,
        domain=cluster.domain,
        region_name=str(cluster.setting("region_name")),
        hostname=machine.hostname,
        address=cluster.management_address(machine),
        role=machine.role,
        is_bootstrap=founder is not None and founder.hostname == machine.hostname,
        initial_cluster_setup=cluster.initial_cluster_setup,
        vip_hostname=naming.api_hostname(
            cluster.name, cluster.domain, str(cluster.setting("vip_hostname"))
        ),
        vip=_api_address(cluster, machine),
        members=members(cluster),
        time_servers=tuple(time_servers.split(";")) if time_servers else (),
        deployment=deployment(cluster, machine),
        settings=_settings(cluster, machine),
        services=place_machine(cluster, machine).services,
        api_ca=api_ca,
        secrets=dict(secrets),
        site_classes=site_classes or {},
    )


def _settings(cluster: ClusterSnapshot, machine: MachineFacts) -> dict[str, Value]:
    """Return every setting that the machine's role receives: Puppet has no defaults of its own.

    A machine's setting goes before its cluster's. Secrets travel with the other secrets.
    """

    def received(known: Mapping[str, Setting]) -> list[str]:
        return [s.name for s in known.values() if receives(s, machine) and not s.secret]

    found = {name: cluster.setting(name) for name in received(CLUSTER_SETTINGS)}
    own = {name: cluster.machine_setting(machine, name) for name in received(MACHINE_SETTINGS)}
    return {
        name: is_yes(value) if _is_flag(name) else value for name, value in (found | own).items()
    }


def receives(setting: Setting, machine: MachineFacts) -> bool:
    """Tell whether the machine's role uses a setting."""
    return not {kind_of(machine.role), EVERY_ROLE}.isdisjoint(setting.roles)


def secret_settings(cluster: ClusterSnapshot, machine: MachineFacts) -> list[str]:
    """Return the names of the secret settings that the machine receives: those that were set."""
    secret = (CLUSTER_SETTINGS[name] for name in sorted(cluster.settings))
    return [s.name for s in secret if s.secret and receives(s, machine)]


def _is_flag(name: str) -> bool:
    known = CLUSTER_SETTINGS.get(name) or MACHINE_SETTINGS[name]
    return known.kind is Kind.BOOLEAN


def _api_address(cluster: ClusterSnapshot, machine: MachineFacts) -> ApiAddress | None:
    vip = cluster.vip
    network = cluster.network_by_name.get(vip.network) if vip else None
    selector = network.use.link.iface1 if network else None
    if vip is None or selector is None or machine.role != "controller":
        return None
    if machine.nics is None:  # a machine that is only planned: nobody knows its interfaces
        return ApiAddress(vip.ip, vip.prefix, selector)
    found = network_layout(networks_of(cluster, machine), {}, machine.nics).of_network
    if vip.network not in found:  # a controller at another location than the network
        return None
    return ApiAddress(vip.ip, vip.prefix, found[vip.network])
