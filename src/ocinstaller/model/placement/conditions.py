"""The words in which rules are written: each tells whether it holds, why, and on what facts."""

from dataclasses import dataclass
from typing import Protocol

from ocinstaller.model import text
from ocinstaller.model.placement.facts import HYPER_CONVERGED, Fact, Scene
from ocinstaller.model.placement.leaders import first_master
from ocinstaller.model.placement.spelling import is_yes, machines
from ocinstaller.model.settings import MACHINE_SETTINGS, Value, shown
from ocinstaller.model.snapshot import MachineFacts
from ocinstaller.model.states import PuppetStatus, State
from ocinstaller.model.text import Text


@dataclass(frozen=True)
class Verdict:
    """Whether a condition holds and why; the reasons read well in both cases."""

    holds: bool
    reasons: tuple[str, ...]
    because: tuple[Fact, ...] = ()

    @property
    def reason(self) -> str:
        """The reasons as one line; empty when it could not be otherwise."""
        return text.joined("; ", self.reasons)


class Condition(Protocol):
    """A rule's condition; `str` gives it as the documentation shows it."""

    def judge(self, scene: Scene, machine: MachineFacts | None = None) -> Verdict:
        """Judge the cluster; conditions about one machine need it and fail without."""


@dataclass(frozen=True)
class Always:
    """Holds everywhere."""

    def judge(self, _scene: Scene, _machine: MachineFacts | None = None) -> Verdict:
        """Return that it holds."""
        return Verdict(True, ())

    def __str__(self) -> str:
        return "always"


ALWAYS = Always()


@dataclass(frozen=True)
class Has:
    """The cluster has at least `least` machines of a role."""

    role: str
    least: int = 1

    def judge(self, scene: Scene, _machine: MachineFacts | None = None) -> Verdict:
        """Count them."""
        number = scene.count(self.role)
        return Verdict(
            number >= self.least, (machines(number, self.role),), (Fact(self.role, number),)
        )

    def __str__(self) -> str:
        return f"{self.role} ≥ {self.least}" if self.least > 1 else f"{self.role} machines"


@dataclass(frozen=True)
class HasOsds:
    """The cluster has OSDs: cephosd machines or hyper-converged compute machines."""

    def judge(self, scene: Scene, _machine: MachineFacts | None = None) -> Verdict:
        """Count the machines that have OSDs."""
        number = scene.osd_machines
        facts = (
            Fact("cephosd", scene.count("cephosd")),
            Fact(HYPER_CONVERGED, scene.hyper_converged),
        )
        return Verdict(number > 0, (machines(number, "OSD"),), facts)

    def __str__(self) -> str:
        return "OSDs"


@dataclass(frozen=True)
class Flag:
    """A cluster setting is on."""

    name: str

    def judge(self, scene: Scene, _machine: MachineFacts | None = None) -> Verdict:
        """Look at the setting."""
        return _setting_is_on(self.name, scene.cluster.setting(self.name))

    def __str__(self) -> str:
        return f"{self.name}=yes"


@dataclass(frozen=True)
class MachineFlag:
    """A machine setting is on."""

    name: str

    def judge(self, scene: Scene, machine: MachineFacts | None = None) -> Verdict:
        """Look at the machine's setting."""
        if machine is None:
            value = MACHINE_SETTINGS[self.name].default
        else:
            value = scene.cluster.machine_setting(machine, self.name)
        return _setting_is_on(self.name, value)

    def __str__(self) -> str:
        return f"{self.name}=yes on the machine"


def _setting_is_on(name: str, value: Value) -> Verdict:
    on = is_yes(value)
    return Verdict(on, (f"{name}={shown(on)}",), (Fact(name, on),))


@dataclass(frozen=True)
class Given:
    """A cluster setting that is a text is not empty."""

    name: str

    def judge(self, scene: Scene, _machine: MachineFacts | None = None) -> Verdict:
        """Look at the setting."""
        value = scene.cluster.setting(self.name)
        reason = Text("{name} is {value}", name=self.name, value=shown(value) or Text("empty"))
        return Verdict(value != "", (reason,), (Fact(self.name, value),))

    def __str__(self) -> str:
        return f"{self.name} is set"


@dataclass(frozen=True)
class ControllersDeployed:
    """Every controller runs from its disk and its Puppet runs have succeeded."""

    def judge(self, scene: Scene, _machine: MachineFacts | None = None) -> Verdict:
        """Count those that do not."""
        waiting = sum(
            machine.role == "controller"
            and (machine.status, machine.puppet_status) != (State.INSTALLED, PuppetStatus.SUCCESS)
            for machine in scene.cluster.machines
        )
        text = (
            Text("{waiting} of the controllers not deployed yet", waiting=waiting)
            if waiting
            else Text("controllers deployed")
        )
        return Verdict(waiting == 0, (text,), (Fact("controllers not deployed", waiting),))

    def __str__(self) -> str:
        return "all controllers are deployed"


@dataclass(frozen=True)
class FirstOf:
    """The machine is the first of its role."""

    role: str

    def judge(self, scene: Scene, machine: MachineFacts | None = None) -> Verdict:
        """Compare with the role's machines in the order of their numbers."""
        first = next(iter(scene.cluster.of_role(self.role)), None)
        name = first.hostname if first else Text("none")
        return Verdict(
            machine is not None and first is not None and machine.hostname == first.hostname,
            (Text("the first {role} machine is {name}", role=self.role, name=name),),
            (Fact(f"first {self.role}", name),),
        )

    def __str__(self) -> str:
        return f"the first {self.role} machine"


@dataclass(frozen=True)
class FirstMaster:
    """The machine is the controller that founds the cluster."""

    def judge(self, scene: Scene, machine: MachineFacts | None = None) -> Verdict:
        """Compare with the founder."""
        founder = first_master(scene.cluster)
        name = founder.hostname if founder else Text("none")
        return Verdict(
            machine is not None and machine.hostname == name,
            (Text("the first master is {name}", name=name),),
            (Fact("first master", name),),
        )

    def __str__(self) -> str:
        return "the first master"


@dataclass(frozen=True)
class Named:
    """A condition that several rules share, under a name of its own in the documentation."""

    name: str
    condition: Condition

    def judge(self, scene: Scene, machine: MachineFacts | None = None) -> Verdict:
        """Judge the condition."""
        return self.condition.judge(scene, machine)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Not:
    """The condition does not hold."""

    condition: Condition

    def judge(self, scene: Scene, machine: MachineFacts | None = None) -> Verdict:
        """Judge and turn round; the reason tells the facts and stays."""
        verdict = self.condition.judge(scene, machine)
        return Verdict(not verdict.holds, verdict.reasons, verdict.because)

    def __str__(self) -> str:
        plain = isinstance(self.condition, Has | HasOsds | Named)
        return f"no {self.condition}" if plain else f"not ({self.condition})"


@dataclass(frozen=True, init=False)
class All:
    """All of the conditions hold; when not, the reason names those that fail."""

    conditions: tuple[Condition, ...]

    def __init__(self, *conditions: Condition) -> None:
        object.__setattr__(self, "conditions", conditions)

    def judge(self, scene: Scene, machine: MachineFacts | None = None) -> Verdict:
        """Judge all of them."""
        verdicts = [condition.judge(scene, machine) for condition in self.conditions]
        failing = [verdict for verdict in verdicts if not verdict.holds]
        return joined(not failing, failing or verdicts)

    def __str__(self) -> str:
        return " and ".join(
            f"({condition})" if isinstance(condition, AnyOf) else str(condition)
            for condition in self.conditions
        )


@dataclass(frozen=True, init=False)
class AnyOf:
    """At least one of the conditions holds; the reason names those that do."""

    conditions: tuple[Condition, ...]

    def __init__(self, *conditions: Condition) -> None:
        object.__setattr__(self, "conditions", conditions)

    def judge(self, scene: Scene, machine: MachineFacts | None = None) -> Verdict:
        """Judge all of them."""
        verdicts = [condition.judge(scene, machine) for condition in self.conditions]
        holding = [verdict for verdict in verdicts if verdict.holds]
        return joined(bool(holding), holding or verdicts)

    def __str__(self) -> str:
        return " or ".join(
            f"({condition})" if isinstance(condition, All) else str(condition)
            for condition in self.conditions
        )


def joined(holds: bool, verdicts: list[Verdict]) -> Verdict:
    """Return one verdict with the reasons and facts of several, each once."""
    reasons = dict.fromkeys(reason for verdict in verdicts for reason in verdict.reasons)
    facts = dict.fromkeys(fact for verdict in verdicts for fact in verdict.because)
    return Verdict(holds, tuple(reasons), tuple(facts))
