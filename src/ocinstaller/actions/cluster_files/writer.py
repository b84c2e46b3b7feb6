"""Puts a cluster out as a file: the same cluster always gives the same text."""

from collections.abc import Mapping

import yaml

from ocinstaller.actions.cluster_files.document import (
    ClusterDocument,
    FileCluster,
    FileLocation,
    FileLogHost,
    FileMachine,
    FileNetwork,
    FileReservation,
    FileRole,
)
from ocinstaller.actions.network_changes import NONE
from ocinstaller.model.addressing import allocatable, gateway
from ocinstaller.model.enrolment import settings_beyond_role
from ocinstaller.model.settings import CLUSTER_SETTINGS, MACHINE_SETTINGS, Setting, Value, shown
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, NetworkFacts, Reservation

_HEADER = """\
# Cluster {name}. What would change if it were made like this file:
#   ocicli cluster-plan FILE
# Make it so, in one transaction or not at all:
#   ocicli cluster-apply FILE
# Swift regions, locations and site roles may serve other clusters too: they are created, never
# deleted.
# Networks and machines that are not in the file leave the cluster.
"""


def describe(
    cluster: ClusterSnapshot, location_regions: Mapping[str, str], purposes: Mapping[str, str]
) -> ClusterDocument:
    """Return the document of a cluster.

    :param location_regions: the Swift region of each location that it uses
    :param purposes: what each of the site's roles that it uses is for
    """
    return ClusterDocument(
        cluster=FileCluster(
            name=cluster.name,
            domain=cluster.domain,
            settings=_settings(CLUSTER_SETTINGS, cluster.settings),
            filebeat_output_hosts=tuple(
                FileLogHost(hostname=host.hostname, port=host.port) for host in cluster.log_hosts
            ),
            role_counts={
                role: number
                for role, number in sorted(cluster.last_numbers.items())
                if number != cluster.counts[role]
            },
        ),
        site_roles={name: FileRole(purpose=text) for name, text in sorted(purposes.items())},
        swift_regions=tuple(sorted(set(location_regions.values()))),
        locations={
            name: FileLocation(swift_region=region)
            for name, region in sorted(location_regions.items())
        },
        networks={network.use.name: _network(network) for network in cluster.networks},
        machines={m.serial: _machine(m) for m in _ordered(cluster) if m.serial is not None},
    )


def used_locations(cluster: ClusterSnapshot) -> set[str]:
    """Return the names of the locations that a cluster's networks and machines are at."""
    places = {network.use.location for network in cluster.networks}
    return places | {machine.location for machine in cluster.machines if machine.location}


def used_roles(cluster: ClusterSnapshot) -> frozenset[str]:
    """Return the names of the site's roles that machines, counters and networks have."""
    served = {network.use.role for network in cluster.networks}
    counted = {*cluster.counts, *cluster.last_numbers}
    return frozenset(name for name in cluster.site_roles if name in counted or name in served)


def render(cluster: ClusterSnapshot, document: ClusterDocument) -> str:
    """Return the file's text; each machine's host name stands above it as a comment."""
    content = document.model_dump(mode="json", exclude={"machines", "networks", "cluster"})
    # Those that every file has, and those that say something.
    usual = document.cluster.model_dump(mode="json", include={"name", "domain", "settings"})
    content["cluster"] = usual | document.cluster.model_dump(mode="json", exclude_defaults=True)
    content["networks"] = {
        name: {"iface2": network.iface2} | network.model_dump(mode="json", exclude_defaults=True)
        for name, network in document.networks.items()
    }
    shown = ("swift_regions", "locations", "site_roles", "cluster", "networks")
    ordered = {name: content[name] for name in shown if name != "site_roles" or content[name]}
    lines = [_HEADER.format(name=cluster.name), _yaml(ordered)]
    if not document.machines:
        return "".join([*lines, "machines: {}\n"])
    lines.append("machines:\n")
    hosts = {machine.serial: machine.hostname for machine in cluster.machines}
    for serial, machine in document.machines.items():
        lines.append(f"  # {hosts[serial]}\n")
        without = set() if machine.settings else {"settings"}
        entry = _yaml({serial: machine.model_dump(mode="json", exclude=without)})
        lines += [f"  {line}\n" for line in entry.splitlines()]
    return "".join(lines)


def _yaml(content: object) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)


def _ordered(cluster: ClusterSnapshot) -> list[MachineFacts]:
    """Return the machines by role and number: enrolled anew, they keep their order."""
    return sorted(cluster.machines, key=lambda m: (m.role, len(m.hostname), m.hostname))


def _network(network: NetworkFacts) -> FileNetwork:
    use, link = network.use, network.use.link
    usual, router = allocatable(use.network), gateway(use.network)
    match = use.ipmi_match
    return FileNetwork(
        ip=str(use.network.network_address),
        cidr=use.network.prefixlen,
        location=use.location,
        is_public=use.is_public,
        role=use.role or "",
        iface1=link.iface1 or NONE,
        iface2=link.iface2 or NONE,
        vlan=link.vlan or 0,
        mtu=link.mtu,
        bridge_name=link.bridge_name or NONE,
        gateway="" if use.gateway == router else str(use.gateway or NONE),
        first_ip="" if use.addresses.first == usual.first else str(use.addresses.first),
        last_ip="" if use.addresses.last == usual.last else str(use.addresses.last),
        lldp_match=link.lldp_match or NONE,
        vip_usage=use.vip_usage,
        ipmi_match_addr=str(match.network_address) if match else NONE,
        ipmi_match_cidr=match.prefixlen if match else 0,
        ipmi_mode=use.ipmi_mode,
        reservations=tuple(_reservation(kept) for kept in network.reservations),
    )


def _reservation(kept: Reservation) -> FileReservation:
    first, last = str(kept.addresses.first), str(kept.addresses.last)
    return FileReservation(first_ip=first, last_ip="" if last == first else last, note=kept.note)


def _machine(machine: MachineFacts) -> FileMachine:
    return FileMachine(
        role=machine.role,
        location=machine.location,
        addresses={address.network: address.ip for address in machine.addresses},
        settings=_settings(MACHINE_SETTINGS, settings_beyond_role(machine.role, machine.settings)),
    )


def _settings(known: Mapping[str, Setting], values: Mapping[str, Value]) -> dict[str, str]:
    """Return settings as a file has them: secrets stay in the data base."""
    return {name: shown(value) for name, value in sorted(values.items()) if not known[name].secret}
