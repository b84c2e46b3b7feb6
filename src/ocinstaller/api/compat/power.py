"""Actions on BMCs and on machines through them."""

from sqlalchemy.orm import Session

from ocinstaller.actions import power
from ocinstaller.api.compat.action import Action, Calculation, Call, Message, Transaction
from ocinstaller.api.compat.kinds import SERIAL
from ocinstaller.api.compat.parameters import Parameter

_MACHINE = Parameter("serial", SERIAL, aliases=("machine_serial",))


def _start_live(call: Call) -> None:
    power.restart_on_live(call.oci, call["serial"])


def _start_disk(call: Call) -> None:
    power.restart_on_disk(call.oci, call["serial"])


def _console(call: Call) -> Message:
    view = power.console(call.oci, call["serial"])
    return Message(f"{view.command}\n{view.web}")


def _adopt(session: Session, call: Call) -> None:
    power.adopt(session, call.oci, call["serial"])


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
    Calculation(
        "ipmi_show_cmd_console",
        ("GET", "/v1/machines/{name}/console"),
        (_MACHINE,),
        _console,
        "the command asks for the password instead of holding it",
    ),
    Transaction(
        "machine_ipmi_adopt",
        ("POST", "/v1/machines/{name}/bmc/adoption"),
        (_MACHINE,),
        _adopt,
        "takes the address, and controls the machine through it from now on; user and password are "
        "set with machine_set_ipmi",
    ),
)
