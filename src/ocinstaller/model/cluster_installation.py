"""In which order a cluster's machines are installed, and how far that is.

The order is the original's `cluster-install`: storage before what stores there, data bases and
message queues before the API, the API before what registers with it. Roles that the original
leaves out are where their services are needed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ocinstaller.model.placement.facts import has_own_osds
from ocinstaller.model.roles import PLAIN, kind_of
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, in_order
from ocinstaller.model.states import PuppetStatus, State


class Until(StrEnum):
    """What the machines of a stage must have reached before the next stage starts."""

    NOTHING = "nothing"
    INSTALLED = "installed"
    PUPPET = "puppet success"


class Standing(StrEnum):
    """Where a machine stands in the installation of its cluster."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Stage:
    """Roles whose machines are installed together."""

    roles: tuple[str, ...]
    until: Until


STAGES: tuple[Stage, ...] = (
    Stage(("billmon", "cephmon"), Until.INSTALLED),
    Stage(("billosd", "cephosd"), Until.INSTALLED),
    Stage(("sql", "sqlmsg", "messaging", "debmirror", "elastic"), Until.NOTHING),
    Stage(("controller",), Until.PUPPET),
    Stage(("network",), Until.PUPPET),
    Stage(
        ("compute", "volume", "swiftproxy", "swiftstore", "radosgw", "dns", PLAIN),
        Until.PUPPET,
    ),
    Stage(("tempest",), Until.NOTHING),
)
"""In their order; those of the site's own roles come with `custom`, and machines of role `metal`
belong to tenants and are in none."""

_OSD_STAGE = 1
"""Where compute machines with OSDs of their own belong."""


@dataclass(frozen=True)
class StageProgress:
    """How far a stage is: its machines by their standing."""

    roles: tuple[str, ...]
    until: Until
    waiting: tuple[str, ...]
    """Host names, as in the others."""
    running: tuple[str, ...]
    done: tuple[str, ...]
    failed: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many machines the stage has."""
        return len(self.waiting) + len(self.running) + len(self.done) + len(self.failed)

    @property
    def is_past(self) -> bool:
        """Whether the next stage may start."""
        if self.until is Until.NOTHING:
            return not self.waiting and not self.failed
        return len(self.done) == self.total


def progress(cluster: ClusterSnapshot, failed: Collection[str]) -> tuple[StageProgress, ...]:
    """Return how far each stage is that has machines.

    :param failed: serial numbers of machines whose installation failed: they wait for an operator
    """
    gathered: list[list[MachineFacts]] = [[] for _ in STAGES]
    for machine in in_order(cluster.machines):
        number = _stage_of(machine)
        if number is not None:
            gathered[number].append(machine)
    return tuple(
        _progress(stage, members, failed)
        for stage, members in zip(STAGES, gathered, strict=True)
        if members
    )


def startable(stages: tuple[StageProgress, ...]) -> tuple[str, ...]:
    """Return the host names of the machines whose installation may start now."""
    found: list[str] = []
    for stage in stages:
        found += stage.waiting
        if not (stage.is_past or _passes_once_started(stage)):
            break
    return tuple(found)


def _passes_once_started(stage: StageProgress) -> bool:
    return stage.until is Until.NOTHING and not stage.failed


def _stage_of(machine: MachineFacts) -> int | None:
    if machine.role == "compute" and has_own_osds(machine):
        return _OSD_STAGE
    kind = kind_of(machine.role)
    return next((n for n, stage in enumerate(STAGES) if kind in stage.roles), None)


def _progress(stage: Stage, members: list[MachineFacts], failed: Collection[str]) -> StageProgress:
    standings = {m.hostname: _standing(m, stage.until, failed) for m in members}

    def those(wanted: Standing) -> tuple[str, ...]:
        return tuple(name for name, standing in standings.items() if standing is wanted)

    return StageProgress(
        stage.roles,
        stage.until,
        those(Standing.WAITING),
        those(Standing.RUNNING),
        those(Standing.DONE),
        those(Standing.FAILED),
    )


def _standing(machine: MachineFacts, until: Until, failed: Collection[str]) -> Standing:
    if machine.status is State.LIVE:
        return Standing.FAILED if machine.serial in failed else Standing.WAITING
    if machine.status is not State.INSTALLED:
        return Standing.RUNNING
    if machine.puppet_status is PuppetStatus.FAILURE:
        return Standing.FAILED
    if until is Until.PUPPET and machine.puppet_status is not PuppetStatus.SUCCESS:
        return Standing.RUNNING
    return Standing.DONE
