"""Booted containers: how they are started, and how commands run in them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ocinstaller.lab import namespace
from ocinstaller.lab.command import run
from ocinstaller.lab.errors import StateError
from ocinstaller.lab.processes import MARKER

REBOOT_STATUS = 133
"""systemd-nspawn(1) with --keep-unit: the container asks to be started again."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Container:
    """A container to boot.

    :ivar name: unique on the host.
    :ivar network: name of the network namespace that it gets.
    :ivar binds: `--bind` arguments: paths of the host, `source:target` when they differ.
    :ivar read_only_binds: the same, not writable.
    :ivar arguments: of its first process; the kernel command line of a container.
    :ivar marker: of the lab, see `processes`: a container can outlive its systemd-nspawn.
    """

    name: str
    root: Path
    network: str
    marker: str
    binds: tuple[str, ...] = ()
    read_only_binds: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def command(self) -> list[str]:
        """The command that boots it and ends with it."""
        network = namespace.namespace_path(self.network)
        return [
            # It mounts /sys before it changes the namespace, and /sys shows the mounter's cards.
            *("nsenter", f"--net={network}", "--"),
            *("systemd-nspawn", "--quiet", f"--directory={self.root}", f"--machine={self.name}"),
            *("--boot", "--register=no", "--keep-unit", "--link-journal=no"),
            *("--resolv-conf=off", "--timezone=off", "--capability=all", "--console=read-only"),
            f"--network-namespace-path={network}",
            # The host's firmware must neither be seen nor changed from a machine of the lab.
            "--tmpfs=/sys/firmware",
            f"--setenv={MARKER}={self.marker}",
            *(f"--bind={path}" for path in self.binds),
            *(f"--bind-ro={path}" for path in self.read_only_binds),
            *self.arguments,
        ]


def init_process(ancestor: int) -> int:
    """Number, on the host, of the first process of the container that a process runs.

    :raises StateError: no container is up.
    """
    own = Path("/proc/self/ns/pid").readlink()
    for pid in descendants(ancestor):
        with suppress(OSError):
            if Path(f"/proc/{pid}/ns/pid").readlink() != own:
                return pid
    raise StateError(f"process {ancestor} runs no container at this moment")


def descendants(pid: int) -> Iterator[int]:
    """Numbers of the processes below a process, parents first."""
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in map(int, children):
            yield child
        for child in map(int, children):
            yield from descendants(child)


def execute(init_pid: int, command: Sequence[str], *, timeout_s: float = 60.0) -> str:
    """Run a command in a container, as on its console, and return its output.

    :raises CommandError: it failed or took too long.
    """
    inside = ("nsenter", "-t", str(init_pid), "-m", "-u", "-i", "-n", "-p", "-C", "--")
    # What systemd gives its services; without a locale, Ruby does not read files that are UTF-8.
    environment = (f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8")
    return run(*inside, "env", "-i", *environment, *command, timeout_s=timeout_s)
