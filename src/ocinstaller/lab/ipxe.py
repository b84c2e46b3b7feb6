"""Understands the iPXE scripts that a boot server sends, as far as booting a machine goes."""

import shlex
from dataclasses import dataclass
from urllib.parse import urljoin

from ocinstaller.lab.errors import BootError


@dataclass(frozen=True)
class NetworkBoot:
    """Boot a kernel with these arguments.

    :ivar arguments: the kernel's command line, one word each, without the kernel's own options
        of iPXE.
    """

    kernel: str
    arguments: tuple[str, ...]

    def argument(self, name: str) -> str | None:
        """Value of `name=value` on the command line, the last one counts."""
        values = [word.partition("=")[2] for word in self.arguments if word.startswith(f"{name}=")]
        return values[-1] if values else None


@dataclass(frozen=True)
class LocalBoot:
    """Boot from the machine's own disk."""


def parse(script: str, base_url: str) -> NetworkBoot | LocalBoot:
    """Read what a script boots.

    :param base_url: where it was fetched; relative addresses count from there.
    :raises BootError: no iPXE script, or one that boots nothing.
    """
    lines = script.splitlines()
    if not lines or lines[0].strip() != "#!ipxe":
        raise BootError(f"{base_url} is not an iPXE script: {script[:80]!r}")
    for line in lines[1:]:
        # What follows "||" happens only when the command fails.
        words = shlex.split(line.partition("||")[0], comments=True)
        if not words:
            continue
        if words[0] == "kernel":
            return _kernel(words[1:], base_url)
        if words[0] in ("sanboot", "exit"):
            return LocalBoot()
    raise BootError(f"the iPXE script of {base_url} boots nothing:\n{script}")


def _kernel(words: list[str], base_url: str) -> NetworkBoot:
    options = [word for word in words if word.startswith("--")]
    rest = [word for word in words if word not in options]
    if not rest:
        raise BootError(f"the iPXE script of {base_url} has a kernel line without a kernel")
    return NetworkBoot(urljoin(base_url, rest[0]), tuple(rest[1:]))
