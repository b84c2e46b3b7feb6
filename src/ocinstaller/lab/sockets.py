"""Listening sockets made inside a network namespace and handed to a process that is outside.

A process that listens for the lab this way still fetches from the host's own network, and can be
started again without a gap. The hand-over is systemd's socket activation protocol, see
sd_listen_fds(3).
"""

import fcntl
import os
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence

from ocinstaller.lab import namespace

FIRST_FD = 3
"""SD_LISTEN_FDS_START: the first descriptor that is handed over."""
BACKLOG = 128


def listen(address: str, port: int, *, netns: str | None = None) -> socket.socket:
    """Make a listening TCP socket.

    :param port: 0 takes a free one.
    :param netns: the network namespace to listen in; None is the caller's own.
    :raises OSError: the address is not there or the port is taken.
    """

    def make() -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
        return listener

    return make() if netns is None else namespace.inside(netns, make)


def inherited(environ: Mapping[str, str] = os.environ) -> list[tuple[str, socket.socket]]:
    """The sockets that this process was started with, each with its name."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(environ.get("LISTEN_FDS", "0"))
    names = environ.get("LISTEN_FDNAMES", "").split(":")
    names += ["unknown"] * (count - len(names))
    return [(names[index], socket.socket(fileno=FIRST_FD + index)) for index in range(count)]


def launcher(named: Iterable[tuple[str, int]], command: Sequence[str]) -> list[str]:
    """The command that hands descriptors over to `command`.

    The protocol wants the process's own number in its environment, which only the process itself
    knows: so a short program takes its place first and becomes `command`.
    """
    pairs = [f"{name}={descriptor}" for name, descriptor in named]
    return [sys.executable, "-m", __name__, *pairs, "--", *command]


def main(argv: Sequence[str]) -> None:
    """Put the descriptors in place and become the command: `NAME=FD … -- COMMAND …`."""
    split = argv.index("--")
    names, descriptors = [], []
    for pair in argv[:split]:
        name, _, number = pair.partition("=")
        names.append(name)
        # Moved out of the way first: a target number may be another one's source.
        descriptors.append(_duplicate_above(int(number), FIRST_FD + len(argv)))
    for index, descriptor in enumerate(descriptors):
        os.dup2(descriptor, FIRST_FD + index, inheritable=True)
        os.close(descriptor)
    os.environ["LISTEN_FDS"] = str(len(names))
    os.environ["LISTEN_FDNAMES"] = ":".join(names)
    os.environ["LISTEN_PID"] = str(os.getpid())
    command = list(argv[split + 1 :])
    os.execvp(command[0], command)  # noqa: S606 - the point of this program


def _duplicate_above(descriptor: int, minimum: int) -> int:
    duplicate = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, minimum)
    os.close(descriptor)
    return duplicate


if __name__ == "__main__":
    main(sys.argv[1:])
