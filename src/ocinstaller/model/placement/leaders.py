"""Machines that do something alone: found a group of servers, or run a service that exists once."""

from dataclasses import dataclass

from ocinstaller.model.placement.facts import Decision, Fact, Scene
from ocinstaller.model.placement.spelling import machines as counted
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, in_order
from ocinstaller.model.text import Text, joined


@dataclass(frozen=True)
class Leadership:
    """A task for one machine: of the first of these roles that the cluster has."""

    subject: str
    roles: tuple[str, ...]


FIRST_MASTER = Leadership(Text("first master"), ("controller",))

LEADERSHIPS: tuple[Leadership, ...] = (
    FIRST_MASTER,
    Leadership(Text("first SQL server"), ("sql", "controller")),
    Leadership(Text("first telemetry SQL server"), ("sqlmsg", "messaging")),
    Leadership(Text("first notification queue"), ("messaging",)),
    Leadership(Text("object expirer"), ("swiftproxy",)),
)


def first_master(cluster: ClusterSnapshot) -> MachineFacts | None:
    """Return the controller that founds the cluster; None without controllers."""
    return _leader(cluster, "controller")


def leader_decisions(scene: Scene) -> tuple[Decision, ...]:
    """Return who leads what, and why."""
    return tuple(_decide(scene, leadership) for leadership in LEADERSHIPS)


def _leader(cluster: ClusterSnapshot, role: str) -> MachineFacts | None:
    """Return the machine that was chosen when it was enrolled, else the one of lowest number."""
    candidates = [machine for machine in cluster.machines if machine.role == role]
    chosen = [machine for machine in candidates if machine.is_bootstrap]
    return next(iter(in_order(chosen or candidates)), None)


def _decide(scene: Scene, leadership: Leadership) -> Decision:
    for role in leadership.roles:
        leader = _leader(scene.cluster, role)
        if leader is not None:
            reason = Text("first of {machines}", machines=counted(scene.count(role), role))
            counted_fact = Fact(role, scene.count(role))
            return Decision(leadership.subject, leader.hostname, reason, (counted_fact,))
    absent = joined(", ", (counted(0, role) for role in leadership.roles))
    facts = tuple(Fact(role, 0) for role in leadership.roles)
    return Decision(leadership.subject, Text("none"), absent, facts)
