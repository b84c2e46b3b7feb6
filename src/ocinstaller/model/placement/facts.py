"""A decision and what it rests on."""

from dataclasses import dataclass
from functools import cached_property

from ocinstaller.model.placement.spelling import is_yes
from ocinstaller.model.settings import Value
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts

HYPER_CONVERGED = "compute_is_cephosd"
"""The machine setting that gives a compute machine OSDs of its own."""


@dataclass(frozen=True)
class Fact:
    """Something that a decision rests on: a number of machines, or a setting."""

    name: str
    value: Value


@dataclass(frozen=True)
class Decision:
    """What was decided about a subject, why in one line, and the facts behind it."""

    subject: str
    choice: str
    reason: str
    because: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A cluster together with what several rules count in it."""

    cluster: ClusterSnapshot

    def count(self, role: str) -> int:
        """Return the number of machines of a role."""
        return self.cluster.counts[role]

    @cached_property
    def hyper_converged(self) -> int:
        """How many compute machines have OSDs."""
        return sum(
            machine.role == "compute" and has_own_osds(machine) for machine in self.cluster.machines
        )

    @property
    def osd_machines(self) -> int:
        """How many machines give the main Ceph its disks."""
        return self.count("cephosd") + self.hyper_converged


def has_own_osds(machine: MachineFacts) -> bool:
    """Tell whether a compute machine is hyper-converged."""
    return is_yes(machine.own_setting(HYPER_CONVERGED))
