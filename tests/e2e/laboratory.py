"""Laboratories of tests: fresh, with a name and a directory of their own, gone in the end.

So they can run beside a lab that `make run` brought up; packages and images are shared with it.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocinstaller.lab import scenario, stop
from ocinstaller.lab.container import ContainerMachine
from ocinstaller.lab.layout import Lab, Machine
from ocinstaller.lab.scenario import Scenario
from ocinstaller.lab.stages import Line

STATE = Path(__file__).parents[2] / ".state"
PUPPET = (
    "puppet", "agent", "--test", "--detailed-exitcodes", "--waitforlock=2", "--maxwaitforlock=600",
)  # fmt: skip
"""Exit code 0: nothing to do; any other one is an error of the lab's command."""
PUPPET_S = 900.0


def lab_of(name: str) -> Lab:
    """Return the lab of a name; nothing is done."""
    return Lab(f"oci-{name}", STATE / name, STATE)


@contextmanager
def fresh(lab: Lab, chosen: str | Scenario) -> Iterator[Line]:
    """Give the line of a lab without anything that an earlier session left; it ends with this.

    :param chosen: name or file of a scenario, or one that no process beside the test has to know.
    """
    stop.stop(lab, print)
    shutil.rmtree(lab.directory, ignore_errors=True)
    if isinstance(chosen, str):
        chosen = scenario.choose(lab, chosen)
    line = Line(lab, chosen)
    try:
        yield line
    finally:
        stop.stop(lab, print)


def container(line: Line, machine: Machine) -> ContainerMachine:
    """Return a machine that is a container."""
    found = line.machines[machine.name]
    assert isinstance(found, ContainerMachine)
    return found


def changes_nothing(line: Line, machine: Machine) -> None:
    """Have Puppet run once more; the service that runs it from now on may be at work."""
    container(line, machine).execute(*PUPPET, timeout_s=PUPPET_S)


def changes(line: Line, machine: Machine) -> None:
    """Have Puppet run once more and find something to do, without a failure."""
    once = ("puppet", "agent", "--onetime", "--no-daemonize", "--verbose", *PUPPET[4:])
    said = container(line, machine).execute(*once, timeout_s=PUPPET_S)
    assert "Notice: /Stage" in said
