"""Orders to machines below `/v1`."""

from fastapi import APIRouter

from ocinstaller.actions import machines, orders, restarts
from ocinstaller.actions.order_queue import OrderView
from ocinstaller.actions.restarts import Restart
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition, Conditional

router = APIRouter(prefix="/v1", tags=["machines"])


def _guard(condition: Conditional, name: str) -> restarts.Guard:
    return lambda work: condition.guard(machines.show_machine, name, work)


def _tagged(condition: Conditional, restart: Restart) -> Restart:
    condition.changed(restart.machine)
    return restart


@router.post("/machines/{name}/live", status_code=202)
def start_live(oci: Oci, name: str, condition: Condition) -> Restart:
    """Have a machine start the live system, by its agent, by its BMC or at its next start."""
    return _tagged(condition, restarts.on_live(oci, name, _guard(condition, name)))


@router.post("/machines/{name}/disk", status_code=202)
def start_disk(oci: Oci, name: str, condition: Condition) -> Restart:
    """Have a machine that runs the live system start the system on its disk."""
    return _tagged(condition, restarts.on_disk(oci, name, _guard(condition, name)))


@router.post("/machines/{name}/reinstallation", status_code=202)
def reinstall(oci: Oci, name: str, condition: Condition) -> Restart:
    """Install a machine of a cluster anew; the live system first, where it does not run yet."""
    return _tagged(condition, restarts.reinstall(oci, name, _guard(condition, name)))


@router.post("/machines/{name}/release", status_code=202)
def release(oci: Oci, name: str, condition: Condition) -> Restart:
    """Take a machine out of its cluster and have its live system erase its disks."""
    return _tagged(condition, restarts.release(oci, name, _guard(condition, name)))


@router.post("/machines/{name}/wipe", status_code=202)
def wipe(oci: Oci, name: str, condition: Condition) -> OrderView:
    """Have a machine that runs the live system erase all its disks."""
    work = condition.guard(machines.show_machine, name, lambda session: orders.wipe(session, name))
    return oci.store.write(work)


@router.get("/machines/{name}/orders")
def list_orders(oci: Oci, name: str) -> list[OrderView]:
    """List the newest orders of a machine, newest first."""
    with oci.store.read() as session:
        return orders.list_orders(session, name)


@router.delete("/machines/{name}/orders/{order_id}")
def cancel_order(oci: Oci, name: str, order_id: str, condition: Condition) -> OrderView:
    """Cancel an order that the machine has not begun, and those after it."""
    work = condition.guard(
        machines.show_machine, name, lambda session: orders.cancel(session, name, order_id)
    )
    return oci.store.write(work)
