"""How the machine was started: firmware mode and secure boot."""

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory.source import Source
from ocinstaller.model.hardware import Firmware

DIRECTORY = "sys/firmware/efi"
SECURE_BOOT = f"{DIRECTORY}/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
"""The global variable of the UEFI specification, section 3.3."""

_LENGTH = 5
"""Four bytes of attributes, which efivarfs puts first, and the value."""


def mode(source: Source) -> Firmware:
    """Return how this system was started."""
    if source.container:
        return Firmware.CONTAINER
    return Firmware.UEFI if (source.root / DIRECTORY).is_dir() else Firmware.BIOS


def parse(variable: bytes) -> bool:
    """Understand the variable SecureBoot.

    :raises CollectorError: it has not the specified form
    """
    if len(variable) != _LENGTH or variable[-1] > 1:
        raise CollectorError(f"the variable SecureBoot has the wrong form: {variable[:16].hex()}")
    return variable[-1] == 1


def collect(source: Source) -> bool:
    """Read whether secure boot is on; firmware without the variable has none."""
    try:
        variable = (source.root / SECURE_BOOT).read_bytes()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise CollectorError(f"the variable SecureBoot is unreadable: {error}") from error
    return parse(variable)
