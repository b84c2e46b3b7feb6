"""Power of machines below `/v1`."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from ocinstaller.actions import machines, power
from ocinstaller.actions.power import ConsoleView, PowerView
from ocinstaller.actions.views import MachineView
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition
from ocinstaller.api.settings import ChangedSettings

router = APIRouter(prefix="/v1", tags=["machines"])


class PowerRequest(BaseModel):
    """A button to press: on, off, soft, cycle or reset."""

    model_config = ConfigDict(extra="forbid")

    action: str


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
