"""Programming a machine's BMC from its live system.

A new password lies sealed in its order until the machine has told that the BMC took it; only then
does it replace the one in the settings. A machine that fails, or is never heard of again, leaves
both: nobody knows which one counts, so `kept_passwords` has the other one tried too.
"""

import secrets

from sqlalchemy.orm import Session

from ocinstaller.actions import order_queue, orders
from ocinstaller.actions.context import Installation
from ocinstaller.actions.order_queue import OrderView
from ocinstaller.model.bmc_programming import (
    PASSWORD_BYTES,
    BmcProgram,
    check_user,
    program_of,
)
from ocinstaller.model.errors import Conflict
from ocinstaller.model.orders import OrderKind
from ocinstaller.model.settings import MACHINE_SETTINGS, Value
from ocinstaller.model.text import Text
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.tables import Machine


def apply(session: Session, oci: Installation, name: str) -> OrderView:
    """Have a live machine set in its BMC what its settings say.

    :raises NotFound: no machine has this serial number or host name
    :raises WrongState: it does not run the live system
    :raises Conflict: it has an open order, its live system takes none, or nothing is set
    :raises InvalidValue: a BMC cannot be programmed with a setting
    """
    machine = _free(session, name, "programming the BMC")
    password = setting_rows.secrets_of_machine(session, oci.vault, machine.id)
    program = program_of(_settings(session, machine), password.get("ipmi_password", ""))
    return _order(session, oci, machine, program, {})


def renew_password(session: Session, oci: Installation, name: str) -> OrderView:
    """Have a live machine give its BMC's user a new password, which the server makes.

    :raises OciError: as `apply`
    """
    machine = _free(session, name, "a new password of the BMC")
    program = BmcProgram(username=_user(session, machine), password=new_password())
    return _order(session, oci, machine, program, {"renews_password": True})


def open_lan(session: Session, oci: Installation, name: str) -> OrderView:
    """Have a live machine let its BMC's user in over the network.

    :raises OciError: as `apply`
    """
    machine = _free(session, name, "IPMI over LAN")
    program = BmcProgram(username=_user(session, machine))
    return _order(session, oci, machine, program, {})


def new_password() -> str:
    """Return a password that every BMC takes."""
    return secrets.token_hex(PASSWORD_BYTES)


def _free(session: Session, name: str, wanted: str) -> Machine:
    machine = queries.machine(session, name, lock=True)
    orders.check_live(machine, wanted)
    order_queue.check_free(machine, wanted)
    return machine


def _settings(session: Session, machine: Machine) -> dict[str, Value]:
    defaults = {
        name: setting.default
        for name, setting in MACHINE_SETTINGS.items()
        if name.startswith("ipmi_")
    }
    return defaults | setting_rows.of_machine(session, machine.id)


def _user(session: Session, machine: Machine) -> str:
    username = str(_settings(session, machine)["ipmi_username"])
    if not username:
        raise Conflict(
            Text("machine {serial} has no user of its BMC", serial=machine.serial),
            field="ipmi_username",
            allowed=Text("a user: see machine-set-ipmi"),
        )
    return check_user(username)


def _order(
    session: Session,
    oci: Installation,
    machine: Machine,
    program: BmcProgram,
    more: dict[str, object],
) -> OrderView:
    details = program.model_dump(mode="json", exclude_none=True, exclude={"password"})
    sealed = oci.vault.seal(program.password) if program.password else None
    order = order_queue.add(session, machine, OrderKind.BMC, details | more, sealed)
    return OrderView.of(order)
