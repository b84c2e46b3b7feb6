"""What a machine was told to do, and what the site's plug-ins do for it."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from ocinstaller.actions import machines, orders, plugin_runner, plugins
from ocinstaller.actions.views import MachineDetail
from ocinstaller.model.errors import OciError
from ocinstaller.model.plugins import Plugin, Step
from ocinstaller.web.languages import N_
from ocinstaller.web.machine_tabs import frame_of, machine_url
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True)
class Call:
    """A button that calls a plug-in now."""

    path: str
    label: str


@dataclass(frozen=True)
class Group:
    """A plug-in, whether the site has one, and its buttons."""

    title: str
    enabled: bool
    calls: tuple[Call, Call]


_GROUPS = {
    Plugin.DNS: (
        N_("DNS"),
        (Call("to-dns", N_("Give it its names")), Call("out-of-dns", N_("Take its names away"))),
    ),
    Plugin.MONITORING: (
        N_("Monitoring"),
        (
            Call("to-monitoring", N_("Watch it")),
            Call("out-of-monitoring", N_("Watch it no longer")),
        ),
    ),
    Plugin.ROOT_PASSWORD: (
        N_("Password of root"),
        (
            Call("generate-root-password", N_("Make it anew")),
            Call("forget-root-password", N_("Forget it")),
        ),
    ),
}


def _show(page: PageContext, name: str, error: OciError | None = None) -> Response:
    detail: MachineDetail = page.read(lambda session: machines.show_machine(session, name))
    values = {
        **frame_of(page, name, "calls"),
        "groups": [
            Group(title, plugins.is_enabled(page.oci.conf, plugin), calls)
            for plugin, (title, calls) in _GROUPS.items()
        ],
        "orders": page.read(lambda session: orders.list_orders(session, name)),
        "calls": detail.plugin_calls,
        "error": error.message if error else "",
    }
    if error is not None:
        return page.refused("machines/calls.html", error, **values)
    return page.render("machines/calls.html", **values)


@router.get("/oci/machines/{name}/calls")
def show(page: Page, name: str) -> Response:
    """Show orders and calls of plug-ins."""
    return _show(page, name)


@router.post("/oci/machines/{name}/orders/{order_id}/cancel")
def cancel(page: Page, name: str, order_id: str) -> Response:
    """Cancel an order that the machine has not begun, and those after it."""
    try:
        page.write(
            machines.show_machine, name, lambda session: orders.cancel(session, name, order_id)
        )
    except OciError as error:
        return _show(page, name, error)
    return page.see(f"{machine_url(name)}/calls", "saved")


def _call(page: PageContext, name: str, plugin: Plugin, step: Step) -> Response:
    try:
        plugin_runner.call_now(
            page.oci, name, plugin, step, lambda work: page.guard(machines.show_machine, name, work)
        )
    except OciError as error:
        return _show(page, name, error)
    return page.see(f"{machine_url(name)}/calls", "called")


@router.post("/oci/machines/{name}/to-dns")
def to_dns(page: Page, name: str) -> Response:
    """Call the DNS plug-in: the machine gets its names."""
    return _call(page, name, Plugin.DNS, Step.CREATE)


@router.post("/oci/machines/{name}/out-of-dns")
def out_of_dns(page: Page, name: str) -> Response:
    """Call the DNS plug-in: the machine loses its names."""
    return _call(page, name, Plugin.DNS, Step.DELETE)


@router.post("/oci/machines/{name}/to-monitoring")
def to_monitoring(page: Page, name: str) -> Response:
    """Call the monitoring plug-in: the machine is watched from now on."""
    return _call(page, name, Plugin.MONITORING, Step.CREATE)


@router.post("/oci/machines/{name}/out-of-monitoring")
def out_of_monitoring(page: Page, name: str) -> Response:
    """Call the monitoring plug-in: the machine is not watched anymore."""
    return _call(page, name, Plugin.MONITORING, Step.DELETE)


@router.post("/oci/machines/{name}/generate-root-password")
def generate_root_password(page: Page, name: str) -> Response:
    """Make root's password anew and hand it to the plug-in; Puppet sets it on the machine."""
    return _call(page, name, Plugin.ROOT_PASSWORD, Step.CREATE)


@router.post("/oci/machines/{name}/forget-root-password")
def forget_root_password(page: Page, name: str) -> Response:
    """Call the root password plug-in: it forgets the machine's."""
    return _call(page, name, Plugin.ROOT_PASSWORD, Step.DELETE)
