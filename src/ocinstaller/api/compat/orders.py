"""Actions that are orders to machines."""

from sqlalchemy.orm import Session

from ocinstaller.actions import orders, restarts
from ocinstaller.api.compat.action import Action, Calculation, Call, Message, Transaction
from ocinstaller.api.compat.kinds import SERIAL
from ocinstaller.api.compat.parameters import Parameter

_MACHINE = Parameter("serial", SERIAL, aliases=("machine_serial",))


def _start_live(call: Call) -> Message:
    return Message(restarts.on_live(call.oci, call["serial"]).note)


def _start_disk(call: Call) -> Message:
    return Message(restarts.on_disk(call.oci, call["serial"]).note)


def _wipe(session: Session, call: Call) -> Message:
    orders.wipe(session, call["serial"])
    return Message("The machine erases its disks at its next report.")


ACTIONS: tuple[Action, ...] = (
    Calculation(
        "machine_reboot_on_live",
        ("POST", "/v1/machines/{name}/live"),
        (_MACHINE,),
        _start_live,
        "by the agent of the system that runs or the BMC, never over SSH; a machine with neither "
        "starts it at its next start, which the message says",
    ),
    Calculation(
        "machine_reboot_on_hdd",
        ("POST", "/v1/machines/{name}/disk"),
        (_MACHINE,),
        _start_disk,
        "by the agent of the system that runs or the BMC, never over SSH; refused when this server "
        "has no system on the machine's disks",
    ),
    Transaction(
        "machine_wipe",
        ("POST", "/v1/machines/{name}/wipe"),
        (_MACHINE,),
        _wipe,
        "carried out at the machine's next report: `ocicli machine-orders` shows how it goes; "
        "disks that can discard their blocks do so",
    ),
)
