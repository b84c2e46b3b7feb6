"""What the node classifier needs of a cluster's snapshot for one machine."""

from collections.abc import Mapping

from ocinstaller.model import naming
from ocinstaller.model.addressing import networks_for_machine
from ocinstaller.model.cluster_settings import DEFAULTS
from ocinstaller.model.network_layout import network_layout
from ocinstaller.model.placement.leaders import first_master
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, Value, setting
from ocinstaller.puppet.classification import ApiAddress, NodeSnapshot
from ocinstaller.puppet.deployment import deployment, members


def node_snapshot(
    cluster: ClusterSnapshot, machine: MachineFacts, secrets: Mapping[str, str]
) -> NodeSnapshot:
    """Return what decides on a machine's classes and parameters.

    :raises Conflict: the machine has not the interface that carries the API's address
    """
    founder = first_master(cluster)
    time_server = str(setting(cluster, "time_server_host", ""))
    return NodeSnapshot(
        cluster_name=cluster.name,
        domain=cluster.domain,
        region_name=str(setting(cluster, "region_name", "RegionOne")),
        hostname=machine.hostname,
        address=cluster.management_address(machine),
        role=machine.role,
        is_bootstrap=founder is not None and founder.hostname == machine.hostname,
        initial_cluster_setup=cluster.initial_cluster_setup,
        vip_hostname=naming.api_hostname(
            cluster.name, cluster.domain, str(setting(cluster, "vip_hostname", ""))
        ),
        vip=_api_address(cluster, machine),
        members=members(cluster),
        time_servers=(time_server,) if time_server else (),
        deployment=deployment(cluster, machine),
        settings=_settings(cluster, machine),
        secrets=dict(secrets),
    )


def _settings(cluster: ClusterSnapshot, machine: MachineFacts) -> dict[str, Value]:
    """Return the settings that Puppet interprets; the others act through other parameters."""
    found = {**cluster.settings, **machine.settings}
    return {name: value for name, value in found.items() if name not in DEFAULTS}


def _api_address(cluster: ClusterSnapshot, machine: MachineFacts) -> ApiAddress | None:
    vip = cluster.vip
    network = cluster.network_by_name.get(vip.network) if vip else None
    selector = network.use.link.iface1 if network else None
    if vip is None or selector is None or machine.role != "controller":
        return None
    if machine.nics is None:  # a machine that is only planned: nobody knows its interfaces
        return ApiAddress(vip.ip, vip.prefix, selector)
    uses = networks_for_machine(
        [known.use for known in cluster.networks],
        machine.role,
        machine.location,
        has_network_nodes=cluster.counts["network"] > 0,
    )
    found = network_layout(uses, {}, machine.nics).of_network
    return ApiAddress(vip.ip, vip.prefix, found[vip.network])
