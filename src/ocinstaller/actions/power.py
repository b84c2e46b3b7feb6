"""Power and boot device of machines, through their BMCs.

A BMC may take seconds to answer, so it is asked between transactions, never inside of one. What a
machine starts from is OCI's decision anyway; the BMC's boot device only saves the firmware's
detour, so it is set before the state changes and the reset comes last: a BMC that fails in between
leaves a machine that does the right thing whenever somebody restarts it.
"""

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ocinstaller.actions import machines, order_queue
from ocinstaller.actions.context import Installation
from ocinstaller.actions.settings import SettingChange, change_machine_settings
from ocinstaller.actions.views import MachineView
from ocinstaller.drivers.ipmi import IpmiTool
from ocinstaller.model.bmc import (
    BmcAccess,
    BootDevice,
    PowerAction,
    PowerState,
    adopted_address,
    console_command,
    web_address,
)
from ocinstaller.model.bmc_commands import check_command
from ocinstaller.model.errors import Conflict, InvalidValue, OciError, WrongState
from ocinstaller.model.hardware import Firmware, HardwareReport
from ocinstaller.model.orders import OrderKind, OrderState
from ocinstaller.model.settings import MACHINE_SETTINGS
from ocinstaller.model.states import LOCAL_BOOT_STATES, Event, State, next_state
from ocinstaller.model.text import Text
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.tables import Machine


@dataclass(frozen=True)
class PowerView:
    """A machine's power as its BMC sees it."""

    serial: str
    hostname: str | None
    bmc: str
    """Address of the BMC."""
    power: PowerState


@dataclass(frozen=True)
class ConsoleView:
    """How to reach a machine's console."""

    serial: str
    hostname: str | None
    bmc: str
    """Address of the BMC."""
    command: str
    """Opens the serial console from a shell; asks for the BMC's password."""
    web: str
    """The BMC's own pages."""


@dataclass(frozen=True)
class _Controlled:
    """A machine and its BMC."""

    serial: str
    hostname: str | None
    uefi: bool
    access: BmcAccess

    @property
    def bmc(self) -> IpmiTool:
        return IpmiTool(self.access)


def show(oci: Installation, name: str) -> PowerView:
    """Ask a machine's BMC whether the machine has power.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: the machine is not controlled through a BMC, or its BMC refuses
    :raises Unavailable: its BMC does not answer
    """
    return _view(_controlled(oci, name))


def console(oci: Installation, name: str) -> ConsoleView:
    """Return how to reach a machine's console; the BMC is not asked.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: the machine is not controlled through a BMC
    """
    machine = _controlled(oci, name)
    access = machine.access
    return ConsoleView(
        serial=machine.serial,
        hostname=machine.hostname,
        bmc=access.address,
        command=shlex.join(console_command(access)),
        web=web_address(access),
    )


def adopt(session: Session, oci: Installation, name: str) -> list[SettingChange]:
    """Control a machine through its BMC at the address that the BMC has; return what changed.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: the machine reported no BMC with an address
    """
    machine = queries.machine(session, name, lock=True)
    reported = HardwareReport.model_validate(machine.hardware).bmc
    address = adopted_address(reported.address if reported else "")
    wanted = {"ipmi_addr": address, "ipmi_use": "yes"}
    return change_machine_settings(session, oci, name, wanted)


def press(oci: Installation, name: str, action: str) -> PowerView:
    """Press a button of a machine; see `show` for what is raised.

    :raises InvalidValue: there is no such button
    """
    with _refusals_recorded(oci):
        if action not in list(PowerAction):
            raise InvalidValue("action", action, ", ".join(PowerAction))
        machine = _controlled(oci, name)
        machine.bmc.press(PowerAction(action))
    oci.store.write(lambda _session: None)  # nothing of OCI's own changes; the audit has the act
    return _view(machine)


def command(oci: Installation, name: str, arguments: Sequence[str]) -> str:
    """Send a command to a machine's BMC in ipmitool's words; return what it answers.

    :raises InvalidValue: it is none of the commands that may be sent
    :raises OciError: as `show`
    """
    with _refusals_recorded(oci):
        words = check_command(arguments)
        answer = _controlled(oci, name).bmc.command(words)
    oci.store.write(lambda _session: None)  # the audit has the act
    return answer


def restart_on_live(oci: Installation, name: str) -> MachineView:
    """Have a machine start the live system now; see `show` for what is raised.

    :raises WrongState: its state does not allow that
    """
    return _restart(oci, name, BootDevice.NETWORK, machines.start_live)


def restart_on_disk(oci: Installation, name: str) -> MachineView:
    """Restart an installed machine from its disk; see `show` for what is raised.

    :raises WrongState: no system is installed on it
    """
    return _restart(oci, name, BootDevice.DISK, start_disk)


def start_disk(session: Session, name: str) -> MachineView:
    """Have a machine start the system on its disk.

    :raises NotFound: no machine has this serial number or host name
    :raises WrongState: its state does not allow that, or OCI installed no system on it
    :raises Conflict: it is carrying out an order
    """
    machine = queries.machine(session, name, lock=True)
    status = next_state(State(machine.status), Event.DISK_REQUESTED)
    if machine.status not in LOCAL_BOOT_STATES:
        if machine.disk_plan_id is None:
            raise WrongState(
                Text(
                    "{disk_requested}: OCI has no system on the disks of {serial}",
                    disk_requested=Event.DISK_REQUESTED,
                    serial=machine.serial,
                ),
                field="status",
                value=machine.status,
                allowed=Text("a machine that was installed and neither wiped nor removed since"),
            )
        order = order_queue.next_order(session, machine)
        if order is not None and order.kind == OrderKind.RESTART:
            order_queue.close(session, machine, order, OrderState.CANCELLED, "starts its disk")
        order_queue.check_free(machine, Event.DISK_REQUESTED)
        machine.plan_id = machine.disk_plan_id
    machine.status = status
    return MachineView.of(machine)


def try_restart(oci: Installation, name: str, device: BootDevice) -> str | None:
    """Restart a machine through its BMC; return why that was impossible, None when it was not."""
    try:
        machine = _controlled(oci, name)
        machine.bmc.boot_once_from(device, uefi=machine.uefi)
        _press_restart(machine)
    except OciError as error:
        return error.message
    return None


def _restart(
    oci: Installation, name: str, device: BootDevice, change: Callable[[Session, str], MachineView]
) -> MachineView:
    with _refusals_recorded(oci):
        machine = _controlled(oci, name)
        oci.store.rehearse(lambda session: change(session, name))
        machine.bmc.boot_once_from(device, uefi=machine.uefi)
    view = oci.store.write(lambda session: change(session, name))
    with _refusals_recorded(oci):
        _press_restart(machine)
    return view


def _press_restart(machine: _Controlled) -> None:
    is_on = machine.bmc.power_state() is PowerState.ON
    machine.bmc.press(PowerAction.RESET if is_on else PowerAction.ON)


@contextmanager
def _refusals_recorded(oci: Installation) -> Iterator[None]:
    """Record what a BMC refuses, as the store does for what it is asked to write."""
    try:
        yield
    except OciError as error:
        oci.store.record_refusal(error)
        raise


def _controlled(oci: Installation, name: str) -> _Controlled:
    with oci.store.read() as session:
        machine = queries.machine(session, name)
        return _Controlled(
            machine.serial,
            machine.hostname,
            machine.hardware.get("firmware") == Firmware.UEFI,
            _access(session, oci, machine),
        )


def _access(session: Session, oci: Installation, machine: Machine) -> BmcAccess:
    stored = setting_rows.of_machine(session, machine.id)

    def value(name: str) -> object:
        return stored.get(name, MACHINE_SETTINGS[name].default)

    if not value("ipmi_use") or not value("ipmi_addr"):
        raise Conflict(
            Text("machine {serial} is not controlled through a BMC", serial=machine.serial),
            field="ipmi_use",
            value="no" if not value("ipmi_use") else "yes",
            allowed=Text("ipmi_use, ipmi_addr, ipmi_username and ipmi_password: see machine-set"),
        )
    secrets = setting_rows.secrets_of_machine(session, oci.vault, machine.id)
    return BmcAccess(
        address=str(value("ipmi_addr")),
        port=int(str(value("ipmi_port"))),
        username=str(value("ipmi_username")),
        password=secrets.get("ipmi_password", ""),
        other_passwords=order_queue.unknown_passwords(session, oci.vault, machine),
    )


def _view(machine: _Controlled) -> PowerView:
    state = machine.bmc.power_state()
    return PowerView(machine.serial, machine.hostname, machine.access.address, state)
