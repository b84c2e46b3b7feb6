"""The site's plug-ins: when they are called, with which arguments, and when again."""

from dataclasses import dataclass
from enum import StrEnum

from ocinstaller.model.hardware import HardwareReport


class Plugin(StrEnum):
    """What a plug-in takes care of."""

    DNS = "dns"
    MONITORING = "monitoring"
    ROOT_PASSWORD = "root-password"  # noqa: S105 - a name, not a secret


class Step(StrEnum):
    """What a plug-in is to do with a host."""

    CREATE = "create"
    DELETE = "delete"


class CallState(StrEnum):
    """Where a call of a plug-in stands."""

    HELD = "held"
    """Waits for the machine to be installed."""
    WAITING = "waiting"
    RUNNING = "running"
    FAILING = "failing"
    """Failed, and is repeated."""
    DONE = "done"
    SUPERSEDED = "superseded"
    """A later call for the same host came before this one succeeded."""


OPEN_STATES = (CallState.HELD, CallState.WAITING, CallState.RUNNING, CallState.FAILING)
"""Those of calls that are not at their end."""

UNKNOWN_SWITCH = "unknown"
"""What the original's reports say when no switch names itself."""

DOUBLINGS = 20


@dataclass(frozen=True)
class Host:
    """What plug-ins are told about a machine."""

    hostname: str
    ip_address: str
    role: str
    switch_hostname: str


def arguments(plugin: Plugin, step: Step, host: Host) -> tuple[str, ...]:
    """Return the arguments of a call: the original's, but for the password.

    It is written to the plug-in's standard input: arguments are shown to every user of the server.
    """
    name = ("--hostname", host.hostname)
    address = ("--ip-address", host.ip_address)
    if plugin is Plugin.DNS:
        return (*name, *address)
    if step is Step.DELETE:
        return name
    if plugin is Plugin.ROOT_PASSWORD:
        return (*name, "--root-password-stdin")
    return (*name, *address, "--switch-hostname", host.switch_hostname, "--role", host.role)


def pause_s(attempts: int, first_s: int, most_s: int) -> int:
    """Return after how many seconds a call that failed is repeated: twice as many each time.

    :param attempts: how often it failed, at least once
    """
    return int(min(first_s * 2 ** min(attempts - 1, DOUBLINGS), most_s))


def switch_of(hardware: HardwareReport) -> str:
    """Return the switch of the machine's first interface that knows one."""
    named = (nic.lldp.switch_hostname for nic in hardware.nics if nic.lldp is not None)
    return next((name for name in named if name), UNKNOWN_SWITCH)
