"""A project of a cloud and somebody who works in it, who removes what was made."""

import hashlib
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from ocinstaller.lab.container import ContainerMachine
from ocinstaller.lab.errors import LabError
from ocinstaller.lab.openstack import OpenStack

DIRECTORY = "/root"
PATIENCE_S = 180.0
PAUSE_S = 2.0

_WRITE = "import sys; open(sys.argv[1], 'wb').write(bytes(range(256)) * int(sys.argv[2]))"
_WRITE_TEXT = "import sys; open(sys.argv[1], 'w').write(sys.argv[2])"


class CheckError(Exception):
    """The cloud answered, and the answer is wrong."""


class NothingToCheckError(Exception):
    """The cloud has not what a check is about; the text says what."""


class Tenant:
    """What the checks share.

    The administrator is a mere member of the project: a token for it has no other role, and no
    password has to travel.

    :ivar admin: the client with the administrator's own project.
    :ivar user: the client in the project.
    :ivar name: of the project and of everything in it.
    """

    def __init__(self, cloud: OpenStack, controller: ContainerMachine, name: str) -> None:
        self.admin = cloud
        self.user = cloud.in_project(name)
        self.name = name
        self._controller = controller
        self._undo: list[Callable[[], object]] = []

    @cached_property
    def services(self) -> frozenset[str]:
        """Types of the services in the catalogue."""
        return frozenset(row["Type"] for row in self.admin.ask("catalog", "list"))

    @cached_property
    def hypervisors(self) -> dict[str, str]:
        """What runs virtual machines on each compute machine: QEMU, fake …, by host name."""
        names = [row["Hypervisor Hostname"] for row in self.admin.ask("hypervisor", "list")]
        return {
            name: str(self.admin.ask("hypervisor", "show", name)["hypervisor_type"])
            for name in names
        }

    def afterwards(self, work: Callable[[], object]) -> None:
        """Have something done when everything is removed, in its turn."""
        self._undo.append(work)

    def later(self, client: OpenStack, *command: str) -> None:
        """Have a command run when everything is removed; the last one first."""
        self._undo.append(lambda: client(*command))

    def file(self, name: str, *, blocks: int = 0, text: str = "") -> tuple[str, str]:
        """Make a file where the client finds it, of blocks of 256 bytes or of a text.

        :returns: its path and the SHA-256 of its content.
        """
        path = f"{DIRECTORY}/{self.name}-{name}"
        self._undo.append(lambda: self._controller.execute("rm", "-f", path))
        script, content = (_WRITE, str(blocks)) if blocks else (_WRITE_TEXT, text)
        self._controller.execute("python3", "-c", script, path, content)
        return path, hashlib.sha256(bytes(range(256)) * blocks or text.encode()).hexdigest()

    def digest(self, path: str) -> str:
        """The SHA-256 of a file that the client has written; it goes in the end."""
        self._undo.append(lambda: self._controller.execute("rm", "-f", path))
        return self._controller.execute("sha256sum", path).split()[0]

    def wait_for(self, what: str, found: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
        """Wait until something is there and return it.

        :raises CheckError: it did not come in time.
        """
        deadline = time.monotonic() + patience_s
        while not (answer := found()):
            if time.monotonic() > deadline:
                raise CheckError(f"{what} within {patience_s:.0f} s")
            time.sleep(PAUSE_S)
        return answer

    def clean_up(self) -> str:
        """Remove what was made, the last first; one failure does not keep the rest.

        :raises CheckError: something stayed.
        """
        failures = []
        steps = list(reversed(self._undo))
        self._undo.clear()
        for step in steps:
            try:
                step()
            except (LabError, CheckError) as error:
                failures.append(str(error).strip().splitlines()[-1])
        if failures:
            raise CheckError(f"{len(failures)} of {len(steps)} steps failed: {'; '.join(failures)}")
        return f"{len(steps)} steps"


def require(holds: bool, text: str) -> None:
    """Fail with a text unless something holds.

    :raises CheckError: it does not.
    """
    if not holds:
        raise CheckError(text)
