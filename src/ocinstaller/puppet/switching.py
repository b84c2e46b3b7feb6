"""Where a machine's virtual switches lead to: bridges to networks outside, and tunnels.

An `ovs-bridge` network of the cluster is a physical network of Neutron's. The first is named by the
setting `neutron_external_network_name`, those after it by that name and a number from 1.
"""

from ocinstaller.model.addressing import BRIDGE, TUNNELS, NetworkUse, networks_for_machine
from ocinstaller.model.network_layout import network_layout
from ocinstaller.model.placement.placing import hosts
from ocinstaller.model.settings import MACHINE_SETTINGS
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, once

AGENT = "neutron-openvswitch-agent"
DEFAULT_BRIDGE = "br-ex"
"""Of a network that names none."""
_NAME = "neutron_external_network_name"


def switching(cluster: ClusterSnapshot, machine: MachineFacts) -> dict[str, object]:
    """Return the parameters of class `ocinstaller` about switches; none has a default there."""
    return {
        "bridges": _bridges(cluster, machine),
        "external_networks": _external_networks(cluster),
        "tunnel_address": _tunnel_address(cluster, machine),
    }


def networks_of(cluster: ClusterSnapshot, machine: MachineFacts) -> list[NetworkUse]:
    """Return the networks that a machine is connected to, by name."""
    return networks_for_machine(
        [known.use for known in cluster.networks],
        machine.role,
        machine.location,
        has_network_nodes=cluster.counts["network"] > 0,
    )


def _bridges(cluster: ClusterSnapshot, machine: MachineFacts) -> list[dict[str, str]]:
    """Return the machine's bridges: physical network, bridge, and the interface that is its port.

    A machine that is only planned has no interfaces yet, and so no bridges.

    :raises Conflict: the machine has not the interface
    """
    uses = networks_of(cluster, machine)
    wanted = [use for use in uses if use.role == BRIDGE and use.link.iface1]
    if not wanted or machine.nics is None:
        return []
    of_network = network_layout(uses, {}, machine.nics).of_network
    return [
        {
            "physical": _physical(_external_name(cluster, machine), number),
            "bridge": use.link.bridge_name or DEFAULT_BRIDGE,
            "interface": of_network[use.name],
        }
        for number, use in enumerate(wanted)
    ]


@once
def _external_networks(cluster: ClusterSnapshot) -> list[str]:
    """Return the names of all physical networks that the cluster's machines know."""
    bridges = [known for known in cluster.networks if known.use.role == BRIDGE]
    switching = hosts(cluster).get(AGENT, ())
    names = sorted({_external_name(cluster, machine) for machine in switching})
    return [_physical(name, number) for name in names for number in range(max(1, len(bridges)))]


def _external_name(cluster: ClusterSnapshot, machine: MachineFacts) -> str:
    """Return the machine's setting; controllers have none and go by its default."""
    if machine.role in MACHINE_SETTINGS[_NAME].roles:
        return str(cluster.machine_setting(machine, _NAME))
    return str(MACHINE_SETTINGS[_NAME].default)


def _physical(name: str, number: int) -> str:
    return f"{name}{number or ''}"


def _tunnel_address(cluster: ClusterSnapshot, machine: MachineFacts) -> str:
    """Return the address of the tunnels' own network, else that of the machine's own traffic."""
    for address in machine.addresses:
        network = cluster.network_by_name.get(address.network)
        if network is not None and network.use.role == TUNNELS:
            return address.ip
    return cluster.management_address(machine)
