"""What OCI asks of a machine's management controller (BMC)."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import Protocol

from ocinstaller.model.errors import Conflict
from ocinstaller.model.text import Text


class PowerState(StrEnum):
    """Whether a machine has power."""

    ON = "on"
    OFF = "off"


class PowerAction(StrEnum):
    """The buttons of a machine."""

    ON = "on"
    OFF = "off"
    """At once, as when the plug is pulled."""
    SOFT = "soft"
    """Asks the operating system to shut down (ACPI)."""
    CYCLE = "cycle"
    RESET = "reset"


class BootDevice(StrEnum):
    """What a machine starts from at its next start; then its own order counts again."""

    NETWORK = "network"
    DISK = "disk"


@dataclass(frozen=True)
class BmcAccess:
    """Where a BMC is and what opens it."""

    address: str
    port: int
    username: str
    password: str = field(repr=False)
    other_passwords: tuple[str, ...] = field(default=(), repr=False)
    """Of renewals whose outcome nobody knows: tried when the first one is refused."""


def console_command(access: BmcAccess) -> tuple[str, ...]:
    """Return the command that opens a machine's serial console; it asks for the password itself.

    Operators run it where they are, so the password is neither in it nor sent along.
    """
    return (
        *("ipmitool", "-I", "lanplus", "-H", access.address, "-p", str(access.port)),
        *("-U", access.username, "-L", "ADMINISTRATOR", "-a", "sol", "activate"),
    )


def web_address(access: BmcAccess) -> str:
    """Return where a BMC's own pages are."""
    is_ipv6 = ":" in access.address
    return f"https://{f'[{access.address}]' if is_ipv6 else access.address}/"


def adopted_address(detected: str) -> str:
    """Return the address to take over from what a BMC says of itself.

    :raises Conflict: it says none that can be reached from elsewhere
    """
    try:
        address = ip_address(detected)
    except ValueError:
        address = None
    if address is None or address.is_unspecified or address.is_loopback or address.is_multicast:
        raise Conflict(
            Text(
                "the machine's BMC says no address to take over ({detected})",
                detected=detected or Text("none"),
            ),
            field="ipmi_addr",
            value=detected,
            allowed=Text(
                "an address in the hardware report: see machine-show; or machine-set-ipmi"
            ),
        )
    return str(address)


class Bmc(Protocol):
    """One management controller; each method asks it over the network.

    All raise `Unavailable` when it does not answer and `Conflict` when it refuses the log-in or
    the request.
    """

    def power_state(self) -> PowerState:
        """Tell whether the machine has power."""

    def press(self, action: PowerAction) -> None:
        """Press a button."""

    def boot_once_from(self, device: BootDevice, *, uefi: bool) -> None:
        """Choose what the next start is from.

        :param uefi: how the machine's firmware starts; a BMC would fall back to BIOS otherwise
        """
