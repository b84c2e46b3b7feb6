"""Power of machines below `/v1`."""

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from ocinstaller.actions import bmc_orders, ipmi_numbering, machines, power
from ocinstaller.actions.context import Installation
from ocinstaller.actions.ipmi_numbering import BmcAddress
from ocinstaller.actions.order_queue import OrderView
from ocinstaller.actions.power import ConsoleView, PowerView
from ocinstaller.actions.views import MachineView
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition, Conditional
from ocinstaller.api.settings import ChangedSettings

router = APIRouter(prefix="/v1", tags=["machines"])


class PowerRequest(BaseModel):
    """A button to press: on, off, soft, cycle or reset."""

    model_config = ConfigDict(extra="forbid")

    action: str


class BmcCommand(BaseModel):
    """A command of ipmitool(1), word by word."""

    model_config = ConfigDict(extra="forbid")

    arguments: list[str]


class BmcNetwork(BaseModel):
    """A network of role `ipmi`."""

    model_config = ConfigDict(extra="forbid")

    network: str


class BmcAnswer(BaseModel):
    """What a BMC answers, as ipmitool prints it."""

    output: str


@router.get("/machines/{name}/power")
def show_power(oci: Oci, name: str) -> PowerView:
    """Ask a machine's BMC whether the machine has power."""
    return power.show(oci, name)


@router.post("/machines/{name}/power", status_code=202)
def press_power(oci: Oci, name: str, body: PowerRequest) -> PowerView:
    """Press a button of a machine through its BMC."""
    return power.press(oci, name, body.action)


@router.post("/machines/{name}/power/live", status_code=202)
def restart_on_live(oci: Oci, name: str) -> MachineView:
    """Have a machine start the live system now, through its BMC."""
    return power.restart_on_live(oci, name)


@router.post("/machines/{name}/power/disk", status_code=202)
def restart_on_disk(oci: Oci, name: str) -> MachineView:
    """Restart an installed machine from its disk, through its BMC."""
    return power.restart_on_disk(oci, name)


@router.post("/machines/{name}/bmc/address")
def assign_bmc_address(oci: Oci, name: str, body: BmcNetwork, condition: Condition) -> BmcAddress:
    """Give a machine's BMC an address of a network; a live machine programs it."""
    work = condition.guard(
        machines.show_machine,
        name,
        lambda session: ipmi_numbering.assign(session, oci, name, body.network),
    )
    return oci.store.write(work)


@router.post("/bmc-addresses")
def assign_bmc_addresses(oci: Oci) -> list[BmcAddress]:
    """Give an address to each BMC of a live machine that has none and whose network is known."""
    return ipmi_numbering.assign_all(oci)


@router.post("/machines/{name}/bmc/command")
def bmc_command(oci: Oci, name: str, body: BmcCommand) -> BmcAnswer:
    """Send a command to a machine's BMC, in ipmitool's words."""
    return BmcAnswer(output=power.command(oci, name, body.arguments))


@router.post("/machines/{name}/bmc/programming", status_code=202)
def program_bmc(oci: Oci, name: str, condition: Condition) -> OrderView:
    """Have a live machine set in its BMC what its settings say."""
    return _ordered(oci, name, condition, bmc_orders.apply)


@router.post("/machines/{name}/bmc/password", status_code=202)
def renew_bmc_password(oci: Oci, name: str, condition: Condition) -> OrderView:
    """Have a live machine give its BMC's user a new password, which nobody has to know."""
    return _ordered(oci, name, condition, bmc_orders.renew_password)


@router.post("/machines/{name}/bmc/lan-access", status_code=202)
def open_bmc_lan(oci: Oci, name: str, condition: Condition) -> OrderView:
    """Have a live machine let its BMC's user in over the network."""
    return _ordered(oci, name, condition, bmc_orders.open_lan)


def _ordered(
    oci: Installation,
    name: str,
    condition: Conditional,
    work: Callable[[Session, Installation, str], OrderView],
) -> OrderView:
    return oci.store.write(
        condition.guard(machines.show_machine, name, lambda session: work(session, oci, name))
    )


@router.get("/machines/{name}/console")
def show_console(oci: Oci, name: str) -> ConsoleView:
    """Tell how to reach a machine's serial console through its BMC; holds no password."""
    return power.console(oci, name)


@router.post("/machines/{name}/bmc/adoption")
def adopt_bmc(oci: Oci, name: str, condition: Condition) -> ChangedSettings:
    """Control a machine through its BMC at the address that the hardware report names."""
    work = condition.guard(
        machines.show_machine, name, lambda session: power.adopt(session, oci, name)
    )
    return ChangedSettings(changes=oci.store.write(work))
