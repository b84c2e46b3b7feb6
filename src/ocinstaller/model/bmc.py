"""What OCI asks of a machine's management controller (BMC)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


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
