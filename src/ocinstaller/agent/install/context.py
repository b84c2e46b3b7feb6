"""What every installation step works with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from threading import Event
from typing import Protocol

from ocinstaller.agent.command import Run, Streamer, run
from ocinstaller.agent.errors import Stopped
from ocinstaller.agent.install.device import Disk
from ocinstaller.agent.remotelog import Level
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import InstallPlan


class Write(Protocol):
    """Takes one line of the installation log."""

    def __call__(self, step: str, text: str, level: Level = "info") -> None:
        """Accept a line; must not wait."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the installer knows of the machine that it runs on."""

    serial: str
    firmware: Firmware
    disks: frozenset[str] | None
    """Kernel names of the only disks that may be touched; None allows all."""
    key_file: Path
    """The machine's key, which the installed system keeps."""
    target: Path
    """Where the new system's file systems are mounted."""
    tls: SSLContext | None = None
    """Trust for images that are fetched by HTTPS."""


class Work:
    """Something that is done step by step; `step` names what is being done in the log."""

    def __init__(self, write: Write, stop: Event) -> None:
        self.stop = stop
        self.step = ""
        self.stream = Streamer(self.log, stop)
        self.run: Run = run
        self._write = write

    def log(self, text: str, level: Level = "info") -> None:
        """Write a line of the current step."""
        self._write(self.step, text, level)

    def go_on(self) -> None:
        """Return when nobody asked to stop.

        :raises Stopped: else
        """
        if self.stop.is_set():
            raise Stopped("asked to stop")


class Context(Work):
    """One attempt to carry a plan out."""

    def __init__(self, plan: InstallPlan, machine: Machine, write: Write, stop: Event) -> None:
        super().__init__(write, stop)
        self.plan = plan
        self.machine = machine
        self._disks: tuple[Disk, ...] = ()
        self.data_disks: tuple[tuple[Disk, ...], ...] = ()
        """Those of each data group of the plan, known after the step `check`."""
        self.store_disks: tuple[Disk, ...] = ()
        """Those of each data file system of the plan, known after the step `check`."""

    @property
    def target(self) -> Path:
        """The root of the new system."""
        return self.machine.target

    @property
    def disks(self) -> tuple[Disk, ...]:
        """The system's disks in the plan's order, known after the step `check`."""
        if not self._disks:
            raise LookupError("the step check has not found the disks yet")
        return self._disks

    @disks.setter
    def disks(self, disks: tuple[Disk, ...]) -> None:
        self._disks = disks


StepFunction = Callable[[Context], None]
