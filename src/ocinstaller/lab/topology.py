"""What an operator tells OCI about the lab before machines come."""

from ipaddress import IPv4Interface

from ocinstaller.lab.layout import (
    BRIDGES,
    CLUSTER,
    DOMAIN,
    INTERNAL,
    LOCATION,
    OUTSIDE,
    PUBLIC,
    REGION,
    Machine,
)
from ocinstaller.lab.ocicli import OciCli
from ocinstaller.model.settings import MACHINE_SETTINGS

NETWORK_NAMES = {INTERNAL.name: "internal", PUBLIC.name: "public"}
WORLD = "outside"


def exists(cli: OciCli, *, outside: bool) -> bool:
    """Tell whether the cluster has its networks.

    :param outside: that of the tenants' world is one of them.
    """
    networks = {row["name"]: row["cluster"] for row in cli.ask("network-list")}
    wanted = (*NETWORK_NAMES.values(), *((WORLD,) if outside else ()))
    return all(networks.get(name) == CLUSTER for name in wanted)


def create(cli: OciCli, *, outside: bool) -> None:
    """Create region, location, networks and cluster; what exists already stays.

    :param outside: machines get bridges to the tenants' world, which has no addresses for them.
    """
    if REGION not in _names(cli, "swift-region-list"):
        cli("swift-region-create", REGION)
    if LOCATION not in _names(cli, "location-list"):
        cli("location-create", LOCATION, REGION)
    if CLUSTER not in _names(cli, "cluster-list"):
        cli("cluster-create", CLUSTER, DOMAIN, "--time-server-host", str(INTERNAL.address.ip))
    networks = {row["name"]: row["cluster"] for row in cli.ask("network-list")}
    for index, bridge in enumerate(BRIDGES):
        name = NETWORK_NAMES[bridge.name]
        if name not in networks:
            _create_network(cli, bridge.address, name, public=bridge is PUBLIC)
        if networks.get(name) != CLUSTER:
            role = "controller" if bridge is PUBLIC else "all"
            cli("network-add", name, CLUSTER, role, f"eth{index}", "none")
    if outside and WORLD not in networks:
        _create_network(cli, OUTSIDE, WORLD, public=False)
    if outside and networks.get(WORLD) != CLUSTER:
        cli("network-add", WORLD, CLUSTER, "ovs-bridge", f"eth{BRIDGES.index(PUBLIC)}", "none")
        cli("network-set", WORLD, "--bridge-name", "br-ex")


def is_enrolled(cli: OciCli, machine: Machine) -> bool:
    """Tell whether a machine has its role in the cluster, and its settings."""
    found = cli.machine(machine.serial)
    if found is None or not found["cluster"]:
        return False
    return not machine.settings or not _lacking(cli, machine)


def enrol(cli: OciCli, machine: Machine) -> None:
    """Give a machine its role in the cluster and its settings; what it has already stays."""
    if not (cli.machine(machine.serial) or {}).get("cluster"):
        cli("machine-add", machine.serial, CLUSTER, machine.role, LOCATION)
    lacking = _lacking(cli, machine) if machine.settings else {}
    if lacking:
        options = ((MACHINE_SETTINGS[name].flags[-1], value) for name, value in lacking.items())
        cli("machine-set", machine.serial, *(word for option in options for word in option))


def _lacking(cli: OciCli, machine: Machine) -> dict[str, str]:
    settings = cli.ask("machine-settings", machine.serial)
    present = {row["setting"]: str(row["value"]) for row in settings}
    return {name: value for name, value in machine.settings if present[name] != value}


def _create_network(cli: OciCli, address: IPv4Interface, name: str, *, public: bool) -> None:
    network = address.network
    first, length = str(network.network_address), str(network.prefixlen)
    cli("network-create", name, first, length, LOCATION, "yes" if public else "no")


def _names(cli: OciCli, command: str) -> set[str]:
    return {row["name"] for row in cli.ask(command)}
