"""The sockets of the server: its own, or those that systemd (or the lab) made for it."""

import os
import socket

_FIRST_FD = 3  # sd_listen_fds(3): SD_LISTEN_FDS_START
_BACKLOG = 1024


def inherited() -> dict[str, list[socket.socket]]:
    """Return the sockets passed by socket activation, by name (sd_listen_fds_with_names(3))."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return {}
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    found: dict[str, list[socket.socket]] = {}
    for offset in range(int(os.environ.get("LISTEN_FDS", "0"))):
        listener = socket.socket(fileno=_FIRST_FD + offset)
        listener.set_inheritable(False)
        found.setdefault(names[offset] if offset < len(names) else "", []).append(listener)
    return found


def listen(address: str, port: int) -> socket.socket:
    """Return a listening TCP socket; the IPv6 wildcard takes IPv4 connections too.

    :raises OSError: when the address is taken or not allowed
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server(
        (address, port),
        family=family,
        backlog=_BACKLOG,
        dualstack_ipv6=family == socket.AF_INET6 and address == "::",
    )
