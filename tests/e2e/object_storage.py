"""What tests do with a cloud's object storage, as its users."""

import hashlib
import shlex

from ocinstaller.lab.container import ContainerMachine
from ocinstaller.lab.layout import Machine
from ocinstaller.lab.stages import Line

RING_FILES = tuple(f"/etc/swift/{name}.ring.gz" for name in ("account", "container", "object"))
PUPPET = (
    "puppet", "agent", "--test", "--detailed-exitcodes", "--waitforlock=2", "--maxwaitforlock=300",
)  # fmt: skip
"""Exit code 0: nothing to do; any other one is an error of the lab's command."""


def container(line: Line, machine: Machine) -> ContainerMachine:
    """Return a machine that is a container."""
    found = line.machines[machine.name]
    assert isinstance(found, ContainerMachine)
    return found


class Objects:
    """Uploads and downloads over the API's address, with certificates verified.

    The client runs where the controller's files are; its requests go through the virtual address.
    """

    CONTENT = bytes(range(256)) * 4099
    """About a mebibyte, of no round size, so that its files are found again by their size."""

    def __init__(self, line: Line, controller: Machine) -> None:
        self._line = line
        self._machine = container(line, controller)
        self._source = "/root/object"
        write = (
            f"import sys; sys.stdout.buffer.write(bytes(range(256)) * {len(self.CONTENT) // 256})"
        )
        self._shell(f"python3 -c {shlex.quote(write)} > {self._source}")
        self.digest = hashlib.sha256(self.CONTENT).hexdigest()

    def create_container(self, name: str) -> None:
        self._line.openstack()("container", "create", name)

    def upload(self, name: str, key: str) -> None:
        self._line.openstack()("object", "create", name, self._source, "--name", key)

    def download(self, name: str, key: str) -> str:
        """Return the digest of what comes back."""
        target = "/root/object.back"
        self._line.openstack()("object", "save", name, key, "--file", target)
        return self._shell(f"sha256sum {target}").split()[0]

    def _shell(self, command: str) -> str:
        return self._machine.execute("sh", "-c", command)
