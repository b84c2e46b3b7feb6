"""The management controller from `ipmitool`, asked through the kernel's driver."""

import re

from ocinstaller.agent.errors import CollectorError, CommandError
from ocinstaller.agent.inventory.source import Source, clip, fields
from ocinstaller.model.hardware import Bmc

TIMEOUT_S = 30.0
DEVICE = "dev/ipmi0"

_MAC = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
_NO_ADDRESS = frozenset({"", "0.0.0.0"})  # noqa: S104 (what a BMC without address answers)


def parse(controller: str, lan: str = "") -> Bmc:
    """Understand `ipmitool mc info` and `ipmitool lan print`.

    :raises CollectorError: the controller's answer has no firmware version
    """
    firmware = clip(fields(controller).get("Firmware Revision"))
    if not firmware:
        raise CollectorError("the controller names no firmware version")
    settings = fields(lan)
    address = clip(settings.get("IP Address"))
    mac = settings.get("MAC Address", "").lower()
    return Bmc(
        address="" if address in _NO_ADDRESS else address,
        mac=mac if _MAC.fullmatch(mac) else "",
        firmware_version=firmware,
    )


def collect(source: Source) -> Bmc | None:
    """Ask the controller; None when the machine has none."""
    if not has_controller(source):
        return None
    controller = source.run(("ipmitool", "mc", "info"), TIMEOUT_S)
    try:
        lan = source.run(("ipmitool", "lan", "print"), TIMEOUT_S)
    except CommandError:
        # A controller without LAN channel is still a controller.
        lan = ""
    return parse(controller, lan)


def has_controller(source: Source) -> bool:
    """Tell whether the kernel knows a controller, after asking for its drivers."""
    if not (source.root / DEVICE).exists():
        # Nothing loads the character device by itself; a machine without controller refuses.
        _load_drivers(source)
    return (source.root / DEVICE).exists()


def _load_drivers(source: Source) -> None:
    try:
        source.run(("modprobe", "--all", "--quiet", "ipmi_si", "ipmi_devintf"), TIMEOUT_S)
    except CommandError:
        return
