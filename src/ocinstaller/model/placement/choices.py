"""The back ends, as one table of ordered options: the first whose condition holds is taken."""

from dataclasses import dataclass

from ocinstaller.model.placement.conditions import (
    All,
    AnyOf,
    Condition,
    ControllersDeployed,
    Has,
    Not,
    Verdict,
    joined,
)
from ocinstaller.model.placement.facts import Decision, Scene
from ocinstaller.model.placement.inputs import (
    BACKUP_PREFERS_SWIFT,
    EPHEMERAL_ON_CEPH,
    EXTERNAL_SWIFT,
    GLANCE_PREFERS_CEPH,
    OWN_OSDS,
    OWN_SWIFT_NAME,
)
from ocinstaller.model.services import (
    BACKUPS,
    CINDER,
    CLOUD,
    COMPUTE,
    DESIGNATE,
    EXTERNAL_BACKUPS,
    OSDS,
    OWN_NETWORK_NODES,
    OWN_OBJECT_STORE,
    TELEMETRY,
)
from ocinstaller.model.snapshot import MachineFacts
from ocinstaller.model.text import Text

QUORUM = 3
"""Controllers that survive the loss of one: a majority of three is two."""


@dataclass(frozen=True)
class Option:
    """A possible choice and when it is taken."""

    choice: str
    when: Condition


@dataclass(frozen=True)
class Choice:
    """A subject, its options in the order of preference, and what is left without them."""

    subject: str
    options: tuple[Option, ...]
    otherwise: str = Text("none")
    about_machines: str = ""
    """The role of the machines that decide for themselves; empty for the whole cluster."""

    def decide(self, scene: Scene, machine: MachineFacts | None = None) -> Decision:
        """Take the first option that holds; the reason also says why the ones before do not."""
        passed: list[Verdict] = []
        for option in self.options:
            verdict = option.when.judge(scene, machine)
            passed.append(verdict)
            if verdict.holds:
                return self._decision(option.choice, passed)
        return self._decision(self.otherwise, passed)

    def _decision(self, choice: str, verdicts: list[Verdict]) -> Decision:
        whole = joined(True, verdicts)
        return Decision(self.subject, choice, whole.reason, whole.because)


_OWN_SWIFT = Has("swiftstore")
_MONITORED = AnyOf(OSDS, Has("cephmon"))

CHOICES: tuple[Choice, ...] = (
    Choice(
        Text("high availability"), (Option(Text("yes"), Has("controller", QUORUM)),), Text("no")
    ),
    Choice(
        Text("data base"),
        (Option(Text("sql machines"), Has("sql")), Option(Text("controllers"), Has("controller"))),
    ),
    Choice(
        Text("telemetry data base"),
        (
            Option(Text("sqlmsg machines"), Has("sqlmsg")),
            Option(Text("messaging machines"), Has("messaging")),
        ),
        Text("as data base"),
    ),
    Choice(
        Text("notifications"),
        (
            Option(Text("messaging machines"), Has("messaging")),
            Option(Text("controllers"), Has("controller")),
        ),
    ),
    Choice("Ceph", (Option(Text("present"), OSDS),)),
    Choice(
        Text("Ceph monitors"),
        (
            Option(Text("none"), Not(_MONITORED)),
            Option(Text("cephmon machines"), Has("cephmon")),
            Option(Text("controllers"), Has("controller")),
        ),
    ),
    Choice(Text("billing Ceph"), (Option(Text("present"), Has("billosd")),)),
    Choice(Text("billing Ceph monitors"), (Option(Text("billmon machines"), Has("billmon")),)),
    Choice("Swift", (Option(Text("external"), EXTERNAL_SWIFT), Option(Text("own"), _OWN_SWIFT))),
    Choice(
        Text("Swift end point"),
        (
            Option(Text("none"), Not(Has("swiftproxy"))),
            Option(Text("a name of its own"), OWN_SWIFT_NAME),
            Option(Text("/object of the API"), Has("controller")),
        ),
    ),
    Choice(
        Text("Glance images"),
        (
            Option(Text("none"), Not(CLOUD)),
            Option("ceph", All(GLANCE_PREFERS_CEPH, OSDS)),
            Option(Text("external swift"), EXTERNAL_SWIFT),
            Option("swift", OWN_OBJECT_STORE),
            Option("ceph", OSDS),
        ),
        Text("file"),
    ),
    Choice(
        Text("Cinder volumes"),
        (
            Option(Text("none"), Not(CINDER)),
            Option(Text("ceph and lvm"), All(OSDS, Has("volume"))),
            Option("ceph", OSDS),
        ),
        "lvm",
    ),
    Choice(
        Text("Cinder backups"),
        (
            Option(Text("none"), Not(BACKUPS)),
            Option(Text("external swift"), All(BACKUP_PREFERS_SWIFT, EXTERNAL_BACKUPS)),
            Option("swift", All(BACKUP_PREFERS_SWIFT, _OWN_SWIFT)),
            Option("ceph", OSDS),
            Option(Text("external swift"), EXTERNAL_BACKUPS),
        ),
        "swift",
    ),
    Choice(
        Text("telemetry"),
        (
            Option(Text("none"), Not(TELEMETRY)),
            Option(Text("messaging machines"), Has("messaging")),
        ),
        Text("controllers"),
    ),
    Choice(
        Text("Gnocchi measures"),
        (
            Option(Text("none"), Not(TELEMETRY)),
            Option(Text("billing ceph"), All(Has("messaging"), Has("billosd"))),
        ),
        "ceph",
    ),
    Choice(
        Text("network agents"),
        (
            Option(Text("network machines"), OWN_NETWORK_NODES),
            Option(Text("controllers and compute machines"), CLOUD),
            Option(Text("compute machines"), COMPUTE),
        ),
    ),
    Choice(
        "Designate",
        (
            Option(Text("none"), Not(DESIGNATE)),
            Option(Text("dns machines"), Has("dns")),
        ),
        Text("no name servers"),
    ),
    Choice(
        Text("Ceph object gateway"), (Option(Text("radosgw machines"), All(Has("radosgw"), OSDS)),)
    ),
    Choice("Ironic", (Option(Text("controllers"), All(Has("metal"), Has("controller"))),)),
    Choice(
        Text("ephemeral disks"),
        (Option("ceph", All(OSDS, AnyOf(OWN_OSDS, EPHEMERAL_ON_CEPH))),),
        Text("local"),
        about_machines="compute",
    ),
    Choice(
        "hyper-converged",
        (
            Option(Text("no"), Not(OWN_OSDS)),
            Option(
                Text("OSDs and virtual machines"), All(Has("controller"), ControllersDeployed())
            ),
        ),
        Text("OSDs only for now"),
        about_machines="compute",
    ),
)
"""All back ends and the like; what a machine decides for itself names its role."""


def cluster_choices(scene: Scene) -> tuple[Decision, ...]:
    """Return the decisions about the whole cluster."""
    return tuple(choice.decide(scene) for choice in CHOICES if not choice.about_machines)


def machine_choices(scene: Scene, machine: MachineFacts) -> tuple[Decision, ...]:
    """Return what is decided about one machine by itself."""
    return tuple(
        choice.decide(scene, machine) for choice in CHOICES if choice.about_machines == machine.role
    )
