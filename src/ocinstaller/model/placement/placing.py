"""The whole placement of a cluster: back ends, leaders, and the services of each machine."""

from collections import Counter
from dataclasses import dataclass

from ocinstaller.model.addressing import is_host
from ocinstaller.model.placement.choices import cluster_choices, machine_choices
from ocinstaller.model.placement.conditions import ALWAYS, Has, Verdict, joined
from ocinstaller.model.placement.facts import Decision, Fact, Scene
from ocinstaller.model.placement.leaders import leader_decisions
from ocinstaller.model.placement.spelling import machines as counted
from ocinstaller.model.roles import kind_of
from ocinstaller.model.services import SERVICES, On, Service
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, VirtualAddress, in_order, once
from ocinstaller.model.text import Text
from ocinstaller.model.text import joined as joined_texts


@dataclass(frozen=True)
class MachinePlacement:
    """What a machine runs and what was decided about it."""

    hostname: str
    role: str
    location: str
    services: tuple[str, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class Placement:
    """What a cluster is made of."""

    decisions: tuple[Decision, ...]
    services: tuple[Decision, ...]
    """For each service, which machines run it."""
    machines: tuple[MachinePlacement, ...]


def place(cluster: ClusterSnapshot) -> Placement:
    """Return the placement; the same snapshot always gives the same result, and none fails."""
    scene = Scene(cluster)
    places = {role: _places(scene, role) for role in cluster.counts}
    placed = tuple(
        _placement(scene, machine, places[machine.role]) for machine in in_order(cluster.machines)
    )
    decisions = (*_addresses(scene), *leader_decisions(scene), *cluster_choices(scene))
    running = Counter((name, machine.role) for machine in placed for name in machine.services)
    summary = tuple(_summary(scene, service, running) for service in SERVICES)
    return Placement(decisions, summary, placed)


def place_machine(cluster: ClusterSnapshot, machine: MachineFacts) -> MachinePlacement:
    """Return the placement of one of the cluster's machines."""
    scene = Scene(cluster)
    return _placement(scene, machine, _places(scene, machine.role))


@once
def hosts(cluster: ClusterSnapshot) -> dict[str, tuple[MachineFacts, ...]]:
    """Return, for each service that runs somewhere, its machines in the order of their numbers."""
    scene = Scene(cluster)
    places = {role: _places(scene, role) for role in cluster.counts}
    found: dict[str, list[MachineFacts]] = {}
    for machine in in_order(cluster.machines):
        for place in places[machine.role]:
            if _judge(scene, place, machine).holds:
                found.setdefault(place.service.name, []).append(machine)
    return {
        service.name: tuple(found[service.name]) for service in SERVICES if service.name in found
    }


def explain_machine(cluster: ClusterSnapshot, machine: MachineFacts) -> tuple[Decision, ...]:
    """Return all decisions about a machine: also what its role could run and does not."""
    scene = Scene(cluster)
    services = (
        (place.service, _judge(scene, place, machine)) for place in _places(scene, machine.role)
    )
    leading = (d for d in leader_decisions(scene) if d.choice == machine.hostname)
    return (
        *leading,
        *machine_choices(scene, machine),
        *(
            Decision(
                Text("service {name}", name=service.name),
                (Text("runs") if verdict.holds else Text("does not run")),
                verdict.reason or Text("every {role} machine", role=machine.role),
                verdict.because or (Fact("role", machine.role),),
            )
            for service, verdict in services
        ),
    )


@dataclass(frozen=True)
class _Place:
    """A service that machines of a role could run, and what the cluster says to it."""

    service: Service
    on: On
    verdict: Verdict


def _places(scene: Scene, role: str) -> list[_Place]:
    kind = kind_of(role)
    return [
        _Place(service, on, on.when.judge(scene))
        for service in SERVICES
        for on in service.places
        if on.role == kind
    ]


def _placement(scene: Scene, machine: MachineFacts, places: list[_Place]) -> MachinePlacement:
    return MachinePlacement(
        machine.hostname,
        machine.role,
        machine.location,
        tuple(place.service.name for place in places if _judge(scene, place, machine).holds),
        machine_choices(scene, machine),
    )


def _judge(scene: Scene, place: _Place, machine: MachineFacts) -> Verdict:
    if place.on.each is ALWAYS:
        return place.verdict
    verdicts = [place.verdict, place.on.each.judge(scene, machine)]
    failing = [verdict for verdict in verdicts if not verdict.holds]
    return joined(not failing, failing or verdicts)


def _summary(scene: Scene, service: Service, running: Counter[tuple[str, str]]) -> Decision:
    """Return which machines run a service; when none does, what is missing."""
    order = [*dict.fromkeys(on.role for on in service.places), *sorted(scene.cluster.site_roles)]
    by_role = {role: n for role in order if (n := running[service.name, role])}
    kinds = {kind_of(role) for role in by_role or scene.cluster.counts}
    candidates = [on for on in service.places if on.role in kinds]
    verdicts = [on.when.judge(scene) for on in candidates]
    if not by_role:
        wanting = [on.each.judge(scene) for on in candidates if on.each is not ALWAYS]
        failing = [verdict for verdict in verdicts + wanting if not verdict.holds]
        verdicts = failing or [Has(on.role).judge(scene) for on in service.places]
    whole = joined(bool(by_role), verdicts)
    total = sum(by_role.values())
    if total == len(scene.cluster.machines) and len(by_role) > 1:
        choice: str = Text("all {total} machines", total=total)
    else:
        choice = joined_texts(
            ", ", (counted(number, role) for role, number in by_role.items())
        ) or Text("none")
    facts = whole.because or tuple(Fact(role, number) for role, number in by_role.items())
    return Decision(service.name, choice, whole.reason or Text("always"), facts)


def _addresses(scene: Scene) -> tuple[Decision, ...]:
    """Return where the cluster's virtual addresses come from and what carries them."""
    vip = scene.cluster.vip
    missing = Decision(
        Text("API address"), Text("none"), Text("no public network of role all or controller"), ()
    )
    others = sorted(scene.cluster.other_vips.items())
    return (
        missing if vip is None else _address(scene, Text("API"), vip),
        *(_address(scene, usage, address) for usage, address in others),
    )


def _address(scene: Scene, usage: str, vip: VirtualAddress) -> Decision:
    facts = (Fact("network", vip.network), Fact("prefix", vip.prefix))
    network = scene.cluster.network_by_name.get(vip.network)
    if network and is_host(network.use.network):
        return Decision(
            Text("{usage} address", usage=usage),
            Text("{ip} on lo", ip=vip.ip),
            Text(
                "network {network} is a single address (/{prefix})",
                network=vip.network,
                prefix=vip.prefix,
            ),
            facts,
        )
    interface = network.use.link.iface1 if network else None
    if network and network.use.link.iface2:
        interface = "bond0"
    choice = Text("{ip} on {interface}", ip=vip.ip, interface=interface or Text("no interface"))
    return Decision(
        Text("{usage} address", usage=usage),
        choice,
        Text("reserved in network {network}", network=vip.network),
        facts,
    )
