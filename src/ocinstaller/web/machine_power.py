"""Power of a machine: what its BMC says, its buttons, and how the BMC is reached."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from ocinstaller.actions import machines, power, settings, topology
from ocinstaller.actions.power import ConsoleView, PowerView
from ocinstaller.model.bmc import PowerAction
from ocinstaller.model.errors import OciError
from ocinstaller.model.states import State
from ocinstaller.web import setting_fields
from ocinstaller.web.checking import check
from ocinstaller.web.forms import Field, Form, Kind
from ocinstaller.web.languages import N_
from ocinstaller.web.machine_tabs import frame_of, machine_url
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

BMC = Form(
    (
        Field("ipmi_use", N_("Controlled by OCI"), Kind.SELECT),
        Field("ipmi_addr", N_("Address"), help=N_("Of the BMC."), required=False),
        Field("ipmi_port", N_("Port"), Kind.NUMBER, default="623"),
        Field("ipmi_username", N_("User"), required=False),
        Field(
            "ipmi_password",
            N_("Password"),
            Kind.PASSWORD,
            N_("It is never shown. Empty: as it is."),
            required=False,
            autocomplete="new-password",
        ),
    )
)
_BMC_PURPOSE = "ipmi"
"""What a network serves whose addresses BMCs get."""
BUTTONS = {
    PowerAction.SOFT: N_("Shut down (the system is asked to)"),
    PowerAction.OFF: N_("Switch off"),
    PowerAction.CYCLE: N_("Switch off and on"),
    PowerAction.RESET: N_("Reset"),
}
"""What takes the machine away from whoever uses it."""


def show(
    page: PageContext,
    name: str,
    error: OciError | None = None,
    about: str = "",
    answer: str | None = None,
) -> Response:
    """Show the page.

    :param about: names the form that was refused
    :param answer: what the BMC said to a command
    """
    now = page.read(lambda session: settings.show_machine_settings(session, name))
    console: ConsoleView | None = None
    missing = ""
    try:
        console = power.console(page.oci, name)
    except OciError as found:
        missing = found.message
    with page.oci.store.read() as session:
        detail = machines.show_machine(session, name)
        networks = topology.list_networks(session)
    refused = error if about == "bmc" else None
    beside = error is not None and error.field == "confirm" and console is not None
    values = {
        **frame_of(page, name, "power"),
        "form": setting_fields.bound(BMC, page, now, refused),
        "settings_seen": setting_fields.tag(now),
        "console": console,
        "missing": missing,
        "reported": detail.hardware.bmc.address if detail.hardware.bmc else "",
        "buttons": BUTTONS,
        "bmc_networks": [one.name for one in networks if one.role == _BMC_PURPOSE],
        "is_live": detail.machine.status == State.LIVE,
        "answer": answer,
        "about": about,
        "error": error.message if error and not refused and not beside else "",
        "field_error": error.message if error and beside else "",
    }
    if error is not None:
        return page.refused("machines/power.html", error, **values)
    return page.render("machines/power.html", **values)


@router.get("/oci/machines/{name}/power")
def power_page(page: Page, name: str) -> Response:
    """Show how the machine is switched; the BMC itself is asked by the open page."""
    return show(page, name)


@router.get("/oci/machines/{name}/power/state")
def state(page: Page, name: str) -> Response:
    """Ask the BMC whether the machine has power."""
    found: PowerView | None = None
    error = ""
    try:
        found = power.show(page.oci, name)
    except OciError as refused:
        error = refused.message
    return page.render("machines/power_state.html", found=found, error=error)


@router.post("/oci/machines/{name}/power")
def press(page: Page, name: str) -> Response:
    """Press a button of the machine."""
    action = page.typed.text("action")
    return _done(
        page,
        name,
        lambda: power.press(page.oci, name, action),
        confirmed=action != PowerAction.ON,
        about="button",
    )


@router.post("/oci/machines/{name}/power/live")
def restart_live(page: Page, name: str) -> Response:
    """Have the machine start the live system now."""
    return _done(page, name, lambda: power.restart_on_live(page.oci, name), about="live")


@router.post("/oci/machines/{name}/power/disk")
def restart_disk(page: Page, name: str) -> Response:
    """Restart the machine from its disk."""
    return _done(page, name, lambda: power.restart_on_disk(page.oci, name), about="disk")


def _done(
    page: PageContext,
    name: str,
    work: Callable[[], object],
    *,
    about: str,
    confirmed: bool = True,
) -> Response:
    try:
        if confirmed:
            page.typed.confirm(name)
        work()
    except OciError as error:
        return show(page, name, error, about)
    return page.see(f"{machine_url(name)}/power", "pressed")


@router.post("/oci/machines/{name}/bmc")
def change(page: Page, name: str) -> Response:
    """Change how the BMC is reached."""
    try:
        page.write(settings.show_machine_settings, name, setting_fields.change(BMC, page, name))
    except OciError as error:
        return show(page, name, error, "bmc")
    return page.see(f"{machine_url(name)}/power", "saved")


@router.post("/oci/machines/{name}/bmc/check")
def check_change(page: Page, name: str) -> Response:
    """Tell what is wrong with what was typed."""
    return check(page, BMC, setting_fields.change(BMC, page, name))


@router.post("/oci/machines/{name}/bmc/adoption")
def adopt(page: Page, name: str) -> Response:
    """Control the machine through its BMC at the address that the hardware report names."""
    try:
        page.write(
            machines.show_machine, name, lambda session: power.adopt(session, page.oci, name)
        )
    except OciError as error:
        return show(page, name, error)
    return page.see(f"{machine_url(name)}/power", "saved")
