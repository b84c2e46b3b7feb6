"""Actions that restart machines through their BMCs."""

from ocinstaller.actions import power
from ocinstaller.api.compat.action import Action, Calculation, Call
from ocinstaller.api.compat.kinds import SERIAL
from ocinstaller.api.compat.parameters import Parameter

_MACHINE = Parameter("serial", SERIAL, aliases=("machine_serial",))


def _start_live(call: Call) -> None:
    power.restart_on_live(call.oci, call["serial"])


def _start_disk(call: Call) -> None:
    power.restart_on_disk(call.oci, call["serial"])


ACTIONS: tuple[Action, ...] = (
    Calculation(
        "ipmi_reboot_on_live",
        ("POST", "/v1/machines/{name}/power/live"),
        (_MACHINE,),
        _start_live,
        "refused when its BMC does not answer",
    ),
    Calculation(
        "ipmi_reboot_on_hdd",
        ("POST", "/v1/machines/{name}/power/disk"),
        (_MACHINE,),
        _start_disk,
        "refused when no system is installed, or its BMC does not answer",
    ),
)
