"""Container machines from outside: their buttons and their console."""

import signal
import sys

from ocinstaller.lab import nspawn
from ocinstaller.lab.console import Console
from ocinstaller.lab.errors import CommandError, StateError
from ocinstaller.lab.layout import Lab
from ocinstaller.lab.processes import Processes, identify, send, wait

SHUTDOWN_S = 45.0
"""An orderly shutdown of a controller takes about 10 s."""
SUPERVISOR = "ocinstaller.lab.supervisor"


class ContainerMachine:
    """One booted container that behaves like a machine."""

    def __init__(self, lab: Lab, name: str, processes: Processes) -> None:
        self._lab = lab
        self._name = name
        self._processes = processes
        self._process = f"machine-{name}"
        self.console = Console(lab.machine_directory(name) / "console.log")

    @property
    def is_on(self) -> bool:
        """Tell whether the machine has power."""
        return self._processes.find(self._process) is not None

    @property
    def is_up(self) -> bool:
        """Tell whether an operating system runs on it and takes orders."""
        try:
            self.execute("systemctl", "show", "--property=Version")
        except (StateError, CommandError):
            return False
        return True

    def power_on(self) -> None:
        """Press the power button; a machine that is on stays as it is."""
        if self.is_on:
            return
        lab = self._lab
        place = (lab.name, str(lab.directory), str(lab.shared), self._name)
        self._processes.start(self._process, [sys.executable, "-m", SUPERVISOR, *place])

    def power_off(self) -> None:
        """Pull the plug: nothing in the machine gets a chance to finish."""
        supervisor = self._processes.find(self._process)
        if supervisor is None:
            return
        # Held still, so that it cannot take the container's end for a reboot.
        send(supervisor, signal.SIGSTOP)
        below = [identify(pid) for pid in nspawn.descendants(supervisor.pid)]
        for identity in (*below, supervisor):
            send(identity, signal.SIGKILL)
        wait([*below, supervisor], timeout_s=10)

    def shut_down(self, *, grace_s: float = SHUTDOWN_S) -> None:
        """Press the power button and wait until the system has shut down."""
        self._processes.stop(self._process, grace_s=grace_s)

    def execute(self, *command: str, timeout_s: float = 60.0) -> str:
        """Run a command on the machine, as somebody at its console.

        :raises StateError: the machine is off or between two systems.
        :raises CommandError: the command failed.
        """
        return nspawn.execute(self.init_process(), command, timeout_s=timeout_s)

    def init_process(self) -> int:
        """Number, on the host, of the machine's first process.

        :raises StateError: the machine is off or between two systems.
        """
        return nspawn.init_process(self._supervisor())

    def _supervisor(self) -> int:
        supervisor = self._processes.find(self._process)
        if supervisor is None:
            raise StateError(f"machine {self._name} is off")
        return supervisor.pid
