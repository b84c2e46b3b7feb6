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
    otherwise: str = "none"
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
    Choice("high availability", (Option("yes", Has("controller", QUORUM)),), "no"),
    Choice(
        "data base",
        (Option("sql machines", Has("sql")), Option("controllers", Has("controller"))),
    ),
    Choice(
        "telemetry data base",
        (Option("sqlmsg machines", Has("sqlmsg")), Option("messaging machines", Has("messaging"))),
        "as data base",
    ),
    Choice(
        "notifications",
        (Option("messaging machines", Has("messaging")), Option("controllers", Has("controller"))),
    ),
    Choice("Ceph", (Option("present", OSDS),)),
    Choice(
        "Ceph monitors",
        (
            Option("none", Not(_MONITORED)),
            Option("cephmon machines", Has("cephmon")),
            Option("controllers", Has("controller")),
        ),
    ),
    Choice("billing Ceph", (Option("present", Has("billosd")),)),
    Choice("billing Ceph monitors", (Option("billmon machines", Has("billmon")),)),
    Choice("Swift", (Option("external", EXTERNAL_SWIFT), Option("own", _OWN_SWIFT))),
    Choice(
        "Swift end point",
        (
            Option("none", Not(Has("swiftproxy"))),
            Option("a name of its own", OWN_SWIFT_NAME),
            Option("/object of the API", Has("controller")),
        ),
    ),
    Choice(
        "Glance images",
        (
            Option("none", Not(CLOUD)),
            Option("ceph", All(GLANCE_PREFERS_CEPH, OSDS)),
            Option("external swift", EXTERNAL_SWIFT),
            Option("swift", OWN_OBJECT_STORE),
            Option("ceph", OSDS),
        ),
        "file",
    ),
    Choice(
        "Cinder volumes",
        (
            Option("none", Not(CINDER)),
            Option("ceph and lvm", All(OSDS, Has("volume"))),
            Option("ceph", OSDS),
        ),
        "lvm",
    ),
    Choice(
        "Cinder backups",
        (
            Option("none", Not(BACKUPS)),
            Option("external swift", All(BACKUP_PREFERS_SWIFT, EXTERNAL_BACKUPS)),
            Option("swift", All(BACKUP_PREFERS_SWIFT, _OWN_SWIFT)),
            Option("ceph", OSDS),
            Option("external swift", EXTERNAL_BACKUPS),
        ),
        "swift",
    ),
    Choice(
        "telemetry",
        (
            Option("none", Not(TELEMETRY)),
            Option("messaging machines", Has("messaging")),
        ),
        "controllers",
    ),
    Choice(
        "Gnocchi measures",
        (
            Option("none", Not(TELEMETRY)),
            Option("billing ceph", All(Has("messaging"), Has("billosd"))),
        ),
        "ceph",
    ),
    Choice(
        "network agents",
        (
            Option("network machines", OWN_NETWORK_NODES),
            Option("controllers and compute machines", CLOUD),
            Option("compute machines", COMPUTE),
        ),
    ),
    Choice(
        "Designate",
        (
            Option("none", Not(DESIGNATE)),
            Option("dns machines", Has("dns")),
        ),
        "no name servers",
    ),
    Choice("Ceph object gateway", (Option("radosgw machines", All(Has("radosgw"), OSDS)),)),
    Choice("Ironic", (Option("controllers", All(Has("metal"), Has("controller"))),)),
    Choice(
        "ephemeral disks",
        (Option("ceph", All(OSDS, AnyOf(OWN_OSDS, EPHEMERAL_ON_CEPH))),),
        "local",
        about_machines="compute",
    ),
    Choice(
        "hyper-converged",
        (
            Option("no", Not(OWN_OSDS)),
            Option("OSDs and virtual machines", All(Has("controller"), ControllersDeployed())),
        ),
        "OSDs only for now",
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
