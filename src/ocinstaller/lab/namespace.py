"""The lab's network: a namespace with two bridges, and the machines' cables into it.

All of it lives in network namespaces that carry the lab's name, so nothing of it can meet the
host's own network, and removing the namespaces removes all of it.
"""

import ctypes
import json
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from ocinstaller.lab.command import run, succeeds
from ocinstaller.lab.errors import StateError
from ocinstaller.lab.layout import BRIDGES, Bridge, Lab, Machine

T = TypeVar("T")

NETNS_DIRECTORY = Path("/run/netns")
CLONE_NEWNET = 0x40000000
"""linux/sched.h; `os.setns` exists only from Python 3.12 on."""


def namespace_path(name: str) -> Path:
    """Where the kernel's handle of a named network namespace is mounted."""
    return NETNS_DIRECTORY / name


def exists(name: str) -> bool:
    """Tell whether a namespace of this name can be entered."""
    return namespace_path(name).exists() and succeeds("ip", "-n", name, "link", "show", "lo")


def enter(name: str) -> None:
    """Move the calling thread into a network namespace.

    :raises OSError: no such namespace, or not permitted.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(namespace_path(name), os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(handle, CLONE_NEWNET) != 0:
            code = ctypes.get_errno()
            raise OSError(code, f"setns to {name}: {os.strerror(code)}")
    finally:
        os.close(handle)


def inside(name: str, work: Callable[[], T]) -> T:
    """Run `work` in a network namespace and return what it returns.

    It runs in a thread of its own: a thread that changed its namespace is never used again.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            enter(name)
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=body, name=f"in-{name}")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def create(lab: Lab, bridges: Iterable[Bridge] = BRIDGES) -> None:
    """Make the lab's namespace with its bridges; what exists already stays."""
    _ensure_namespace(lab.name)
    links = _links(lab.name)
    for bridge in bridges:
        if bridge.name not in links:
            _ip(lab.name, "link", "add", "name", bridge.name, "type", "bridge")
        _ip(lab.name, "address", "replace", str(bridge.address), "dev", bridge.name)
        if bridge.outside is not None:
            _ip(lab.name, "address", "replace", str(bridge.outside), "dev", bridge.name)
        if bridge.address6 is not None:
            # Duplicate detection would keep the address unusable for the first seconds.
            address = str(bridge.address6)
            _ip(lab.name, "-6", "address", "replace", address, "dev", bridge.name, "nodad")
        _ip(lab.name, "link", "set", bridge.name, "up")
    _route(lab)


def _route(lab: Lab) -> None:
    """Pass packets on between the bridges, as the router of a data centre does."""
    switch = Path("/proc/sys/net/ipv4/ip_forward")
    inside(lab.name, lambda: switch.write_text("1\n"))


def remove(lab: Lab) -> None:
    """Remove the lab's namespace and those of its machines, with all that is in them."""
    for name in sorted(owned(lab), reverse=True):
        run("ip", "netns", "delete", name)
    # `ip` mounts the directory over itself when it makes the first namespace, and leaves that.
    if NETNS_DIRECTORY.is_mount() and not any(NETNS_DIRECTORY.iterdir()):
        run("umount", str(NETNS_DIRECTORY))


def owned(lab: Lab) -> list[str]:
    """Names of the namespaces that belong to this lab."""
    if not NETNS_DIRECTORY.is_dir():
        return []
    names = (path.name for path in NETNS_DIRECTORY.iterdir())
    return [name for name in names if name == lab.name or name.startswith(f"{lab.name}-")]


def attach_container(lab: Lab, machine_name: str, macs: tuple[str, str]) -> str:
    """Give a container machine fresh network cards and return its namespace's name.

    Like a power cycle it forgets everything: the machine's namespace is made anew, with one card
    `eth0`, `eth1`, … for each MAC address, plugged into the bridges in their order.
    """
    name = lab.machine_namespace(machine_name)
    detach_container(lab, machine_name)
    _ensure_namespace(name)
    for index, (port, bridge, mac) in enumerate(
        zip(_ports(machine_name), BRIDGES, macs, strict=True)
    ):
        card = ("name", f"eth{index}", "netns", name, "address", mac)
        _ip(lab.name, "link", "add", "name", port, "type", "veth", "peer", *card)
        _ip(lab.name, "link", "set", port, "master", bridge.name, "up")
    return name


def detach_container(lab: Lab, machine_name: str) -> None:
    """Take a container machine's network cards away."""
    # The kernel cleans a deleted namespace up some time later; a deleted cable is gone at once.
    for port in _ports(machine_name):
        if port in _links(lab.name):
            _ip(lab.name, "link", "delete", port)
    name = lab.machine_namespace(machine_name)
    if namespace_path(name).exists():
        run("ip", "netns", "delete", name)


def plug(lab: Lab, machine: Machine, *, connected: bool) -> None:
    """Pull the network cables of a machine that is on, or plug them in again.

    :raises StateError: it has none, because it is off.
    """
    state = "up" if connected else "down"
    ports = set(_ports(machine.name)) | set(_taps(machine.name))
    found = ports & _links(lab.name)
    if not found:
        raise StateError(f"machine {machine.name} is off")
    for port in sorted(found):
        _ip(lab.name, "link", "set", port, state)


def attach_taps(lab: Lab, machine: Machine) -> tuple[str, ...]:
    """Make the tap devices of a QEMU machine and return their names.

    They are plugged into the bridges, one into each; those of bonded cards into nothing yet.
    """
    names = _taps(machine.name)
    links = _links(lab.name)
    for name, bridge in zip(names, BRIDGES, strict=True):
        if name not in links:
            _ip(lab.name, "tuntap", "add", "dev", name, "mode", "tap")
        where = ("nomaster",) if machine.bonded else ("master", bridge.name)
        _ip(lab.name, "link", "set", name, *where, "up")
    return names


def _ports(machine_name: str) -> list[str]:
    """Names of the bridges' ends of a container machine's cables; at most 15 characters."""
    return [f"{machine_name}-{index}" for index in range(len(BRIDGES))]


def _taps(machine_name: str) -> tuple[str, ...]:
    """Names of the tap devices of a virtual machine."""
    return tuple(f"tap-{machine_name}-{index}" for index in range(len(BRIDGES)))


def _ensure_namespace(name: str) -> None:
    if exists(name):
        return
    if namespace_path(name).exists():
        # A kill between the two steps of `ip netns add` leaves a name without a namespace.
        run("ip", "netns", "delete", name)
    run("ip", "netns", "add", name)
    _ip(name, "link", "set", "lo", "up")


def _links(name: str) -> set[str]:
    found = json.loads(run("ip", "-n", name, "-json", "link", "show"))
    return {link["ifname"] for link in found}


def _ip(name: str, *args: str) -> None:
    run("ip", "-n", name, *args)
