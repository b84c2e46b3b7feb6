"""Everything that follows from a cluster's snapshot, as flat entries that a plan compares."""

from collections.abc import Iterator, Mapping

from ocinstaller.actions.site_classes import SiteClasses
from ocinstaller.model import secret_specs
from ocinstaller.model.difference import Key, Outcome, Section
from ocinstaller.model.errors import OciError
from ocinstaller.model.placement.placing import MachinePlacement, place
from ocinstaller.model.secret_fields import HIDDEN
from ocinstaller.model.secret_fields import masked as masked_values
from ocinstaller.model.settings import CLUSTER_SETTINGS, MACHINE_SETTINGS, Value, shown
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, NetworkFacts
from ocinstaller.model.text import Text
from ocinstaller.puppet.classification import document
from ocinstaller.puppet.nodes import node_snapshot, secret_settings

MASKED = Text("(secret)")
"""Stands for every secret: a plan tells that a machine receives one, never which."""

_ANY_MACHINE = Text("(any live machine)")

_Entries = Iterator[tuple[Key, object]]


def outcome(cluster: ClusterSnapshot, site: SiteClasses) -> Outcome:
    """Return what the cluster's definition leads to: settings, addresses, services, parameters.

    :param site: the site's own classes; a file of theirs that is wrong shows as its machines' error
    """
    placement = place(cluster)
    facts = {machine.hostname: machine for machine in cluster.machines}
    entries = dict(_definition(cluster))
    for decision in placement.decisions:
        entries[Key(Section.DECISION, cluster.name, decision.subject)] = decision.choice
    for placed in placement.machines:
        entries |= dict(_machine(placed, facts[placed.hostname]))
        entries |= dict(_classification(cluster, site, facts[placed.hostname], placed.services))
    return entries


def _definition(cluster: ClusterSnapshot) -> _Entries:
    yield Key(Section.CLUSTER, cluster.name, "domain"), cluster.domain
    for name, setting in cluster.settings.items():
        yield Key(Section.SETTING, cluster.name, name), _visible(name, setting)
    for network in cluster.networks:
        for item, value in _network(network).items():
            yield Key(Section.NETWORK, network.use.name, item), value
        for kept in network.reservations:
            key = Key(Section.RESERVATION, network.use.name, str(kept.addresses))
            yield key, kept.note or Text("kept back")
    for host in cluster.log_hosts:
        yield Key(Section.LOG_HOST, cluster.name, f"{host.hostname}:{host.port}"), Text("gets logs")


def _visible(name: str, value: Value) -> str:
    """Return a setting of a cluster; a plan's own secret is seen to differ, nothing more."""
    hidden = CLUSTER_SETTINGS[name].secret and value != HIDDEN
    return Text("(another secret)") if hidden else shown(value)


def _network(network: NetworkFacts) -> dict[str, object]:
    use, link = network.use, network.use.link
    return {
        "ip": str(use.network.network_address),
        "cidr": use.network.prefixlen,
        "location": use.location,
        "is_public": use.is_public,
        "role": use.role,
        "first_ip": str(use.addresses.first),
        "last_ip": str(use.addresses.last),
        "gateway": str(use.gateway or "none"),
        "vip_usage": use.vip_usage,
        "ipmi_match": str(use.ipmi_match or "none"),
        "ipmi_mode": use.ipmi_mode,
        "iface1": link.iface1 or "none",
        "iface2": link.iface2 or "none",
        "vlan": link.vlan or 0,
        "mtu": link.mtu,
        "bridge_name": link.bridge_name,
        "lldp_match": link.lldp_match,
    }


def _machine(placed: MachinePlacement, machine: MachineFacts) -> _Entries:
    host = placed.hostname
    yield Key(Section.MACHINE, host, "serial"), machine.serial or _ANY_MACHINE
    yield Key(Section.MACHINE, host, "role"), placed.role
    yield Key(Section.MACHINE, host, "location"), placed.location
    for name, value in machine.settings.items():
        yield Key(Section.SETTING, host, name), shown(value)
    for address in machine.addresses:
        yield Key(Section.ADDRESS, host, address.network), f"{address.ip}/{address.prefix}"
    for decision in placed.decisions:
        yield Key(Section.DECISION, host, decision.subject), decision.choice
    for service in placed.services:
        yield Key(Section.SERVICE, host, service), Text("runs")


def _classification(
    cluster: ClusterSnapshot, site: SiteClasses, machine: MachineFacts, services: tuple[str, ...]
) -> _Entries:
    host = machine.hostname
    names = {*secret_specs.names_for_services(services), *secret_settings(cluster, machine)}
    masked = dict.fromkeys(sorted(names), MASKED)
    try:
        own = site.of(cluster.name, machine.role, host)
        visible = {
            name: {key: masked_values(key, value) for key, value in given.items()}
            for name, given in own.items()
        }
        node = node_snapshot(cluster, machine, masked, site_classes=visible)
        classes = document(node)["classes"]
    except OciError as error:
        yield Key(Section.CLASS, host, "(none)"), error.message
        return
    assert isinstance(classes, dict)  # noqa: S101 - tells the type checker
    for name, parameters in classes.items():
        yield Key(Section.CLASS, host, name), Text("assigned")
        for parameter, value in (parameters or {}).items():
            if parameter == "settings" and isinstance(value, dict):
                yield from _settings(host, f"{name}::{parameter}", value)
            else:
                yield Key(Section.PARAMETER, host, f"{name}::{parameter}"), value


def _settings(host: str, prefix: str, values: Mapping[str, Value]) -> _Entries:
    """Return one entry for each setting that is not at its default."""
    for name, value in values.items():
        known = MACHINE_SETTINGS.get(name) or CLUSTER_SETTINGS[name]
        defaults = {known.default, CLUSTER_SETTINGS.get(name, known).default}
        if value not in defaults:
            yield Key(Section.PARAMETER, host, f"{prefix}::{name}"), shown(value)
