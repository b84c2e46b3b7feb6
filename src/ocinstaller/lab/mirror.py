"""Runs the package proxy, and lets the host's own tools use it too."""

import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from ocinstaller.images import aptconf
from ocinstaller.lab import sockets
from ocinstaller.lab.layout import INTERNAL, PROXY_PORT, Lab
from ocinstaller.lab.processes import Processes

PROCESS = "proxy"
MODULE = "ocinstaller.lab.proxy"


def start(lab: Lab, processes: Processes) -> None:
    """Start the proxy unless it runs: for the machines, and on the host's loopback."""
    if processes.find(PROCESS) is not None:
        return
    mirrors = aptconf.host_mirrors()
    command = [sys.executable, "-m", MODULE, "--cache", str(lab.package_cache)]
    for mirror in sorted({mirrors.archive, mirrors.security}):
        command += ["--upstream", mirror]
    via = aptconf.host_proxy()
    if via:
        command += ["--via", urlsplit(via).netloc]
    with ExitStack() as stack:
        inside = sockets.listen(str(INTERNAL.address.ip), PROXY_PORT, netns=lab.name)
        listeners = [stack.enter_context(inside), stack.enter_context(_host_listener(lab))]
        processes.start(
            PROCESS, command, listeners=[("http", listener.fileno()) for listener in listeners]
        )


def host_environment(lab: Lab) -> dict[str, str]:
    """Environment variables that make apt on the host fetch through the proxy.

    Not where the mirror is reached by https: apt would ask for a tunnel, which caches nothing.
    """
    if aptconf.host_mirrors().archive.startswith("https:"):
        return {}
    return {"APT_CONFIG": str(_apt_configuration(lab))}


def _host_listener(lab: Lab) -> socket.socket:
    listener = sockets.listen("127.0.0.1", 0)
    file = _apt_configuration(lab)
    port = listener.getsockname()[1]
    file.write_text(f'Acquire::http::Proxy "http://127.0.0.1:{port}";\n')
    return listener


def _apt_configuration(lab: Lab) -> Path:
    return lab.run_directory / "apt.conf"
