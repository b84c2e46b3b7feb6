"""Actions on BMCs and on machines through them."""

import shlex

from sqlalchemy.orm import Session

from ocinstaller.actions import bmc_orders, ipmi_numbering, power
from ocinstaller.actions.ipmi_numbering import BmcAddress
from ocinstaller.actions.order_queue import OrderView
from ocinstaller.api.compat.action import Action, Calculation, Call, Message, Transaction
from ocinstaller.api.compat.kinds import NAME, SERIAL, TEXT
from ocinstaller.api.compat.parameters import Parameter
from ocinstaller.model.errors import InvalidValue

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


def _command(call: Call) -> Message:
    return Message(power.command(call.oci, call["serial"], _words(call["cmd"])))


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise InvalidValue("cmd", text, f"words of ipmitool(1): {error}") from error


def _apply(session: Session, call: Call) -> Message:
    return _ordered(bmc_orders.apply(session, call.oci, call["serial"]))


def _open_lan(session: Session, call: Call) -> Message:
    return _ordered(bmc_orders.open_lan(session, call.oci, call["serial"]))


def _ordered(order: OrderView) -> Message:
    return Message(f"The machine programs its BMC at its next report (order {order.id}).")


def _assign(session: Session, call: Call) -> Message:
    given = ipmi_numbering.assign(session, call.oci, call["serial"], call["ipmi_network"])
    return Message(_given(given))


def _assign_all(call: Call) -> Message:
    given = ipmi_numbering.assign_all(call.oci)
    return Message("\n".join(map(_given, given)) or "No BMC needs an address.")


def _given(one: BmcAddress) -> str:
    return f"{one.serial}: {one.problem or f'{one.ip} of network {one.network}'}"


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
    Calculation(
        "ipmi_cmd",
        ("POST", "/v1/machines/{name}/bmc/command"),
        (_MACHINE, Parameter("cmd", TEXT)),
        _command,
        "words of ipmitool(1) from a closed list, which no shell sees: nothing that reads or "
        "writes files of the server, opens a session or holds a password",
    ),
    Transaction(
        "machine_apply_ipmi",
        ("POST", "/v1/machines/{name}/bmc/programming"),
        (_MACHINE,),
        _apply,
        "by the agent of the live system, never over SSH: `ocicli machine-orders` shows how "
        "it goes",
    ),
    Transaction(
        "activate_ipmi_over_lan",
        ("POST", "/v1/machines/{name}/bmc/lan-access"),
        (_MACHINE,),
        _open_lan,
        "for the user of the settings, by the agent of the live system",
    ),
    Transaction(
        "ipmi_assign_ip",
        ("POST", "/v1/machines/{name}/bmc/address"),
        (_MACHINE, Parameter("ipmi_network", NAME)),
        _assign,
        "a machine that runs the live system programs it, by its agent",
    ),
    Calculation(
        "ipmi_assign_check",
        ("POST", "/v1/bmc-addresses"),
        (),
        _assign_all,
        "live machines whose BMC has no address in the settings, as far as a network of role ipmi "
        "matches the address that they report from",
    ),
)
