"""Addresses, rack and replacement of a machine."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import addresses, discovery, machines, restarts, settings, topology
from ocinstaller.actions.cluster_views import candidates
from ocinstaller.actions.views import MachineView
from ocinstaller.model.errors import OciError
from ocinstaller.model.racking import RackPlace
from ocinstaller.web import setting_fields
from ocinstaller.web.checking import check
from ocinstaller.web.forms import BoundForm, Field, Form, Kind, Option, Typed
from ocinstaller.web.languages import N_
from ocinstaller.web.machine_tabs import frame_of, machine_url
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

ADDRESS = Form(
    (
        Field("network", N_("Network"), Kind.SELECT, N_("One in which it has no address yet.")),
        Field("ip", N_("Address"), help=N_("Also outside of what OCI gives by itself.")),
    )
)
RACK = Form(
    (
        Field("loc_dc", N_("Data centre"), required=False),
        Field("loc_row", N_("Row"), required=False),
        Field("loc_rack", N_("Rack"), required=False),
        Field("loc_u_start", N_("Lowest unit"), required=False),
        Field("loc_u_end", N_("Highest unit"), required=False),
    )
)
REPLACEMENT = Form(
    (
        Field(
            "machine",
            N_("Machine that takes its place"),
            Kind.SELECT,
            N_("One that runs the live system and belongs to no cluster."),
            also=("replacement",),
        ),
        Field("install", N_("Install it at once"), Kind.CHECKBOX, required=False),
        Field("confirm", N_("Serial number of the machine that is forgotten")),
    )
)
_CANDIDATES = 200


def _add(page: PageContext, name: str) -> Callable[[Session], MachineView]:
    typed = page.typed
    return lambda session: addresses.add_address(
        session, page.oci, name, typed.text("network"), typed.text("ip")
    )


def _addresses(
    page: PageContext, name: str, error: OciError | None = None, *, typed: bool = False
) -> Response:
    frame = frame_of(page, name, "addresses")
    view = frame["machine"]
    assert isinstance(view, MachineView)  # noqa: S101 - tells the type checker
    with page.oci.store.read() as session:
        networks = topology.list_networks(session)
    has = {address.network for address in view.addresses if address.usefor == "machine"}
    free = [
        Option(one.name, f"{one.name} – {one.ip}/{one.cidr}")
        for one in networks
        if one.cluster is not None and one.cluster == view.cluster and one.name not in has
    ]
    form = ADDRESS.show(page.typed if typed else None, error if typed else None, network=free)
    values = {
        **frame,
        "form": form,
        "free": free,
        "error": error.message if error and not typed else "",
    }
    if error is not None:
        return page.refused("machines/addresses.html", error, **values)
    return page.render("machines/addresses.html", **values)


@router.get("/oci/machines/{name}/addresses")
def show_addresses(page: Page, name: str) -> Response:
    """Show the addresses of a machine."""
    return _addresses(page, name)


@router.post("/oci/machines/{name}/addresses")
def add_address(page: Page, name: str) -> Response:
    """Give the machine an address of one's choice."""
    try:
        page.write(machines.show_machine, name, _add(page, name))
    except OciError as error:
        return _addresses(page, name, error, typed=True)
    return page.see(f"{machine_url(name)}/addresses", "saved")


@router.post("/oci/machines/{name}/addresses/check")
def check_address(page: Page, name: str) -> Response:
    """Tell what is wrong with what was typed."""
    return check(page, ADDRESS, _add(page, name))


@router.post("/oci/machines/{name}/addresses/{ip}/delete")
def remove_address(page: Page, name: str, ip: str) -> Response:
    """Take an address from the machine."""
    try:
        page.write(
            machines.show_machine, name, lambda session: addresses.remove_address(session, name, ip)
        )
    except OciError as error:
        return _addresses(page, name, error)
    return page.see(f"{machine_url(name)}/addresses", "saved")


def _rack(page: PageContext, name: str, error: OciError | None = None) -> Response:
    now = page.read(lambda session: settings.show_machine_settings(session, name))
    guess: RackPlace | None = None
    why_not = ""
    try:
        guess = page.read(lambda session: discovery.guess_racking(session, page.oci, name))
    except OciError as found:
        why_not = found.message
    values = {
        **frame_of(page, name, "rack"),
        "form": setting_fields.bound(RACK, page, now, error),
        "settings_seen": setting_fields.tag(now),
        "guess": guess,
        "why_not": why_not,
    }
    if error is not None:
        return page.refused("machines/rack.html", error, **values)
    return page.render("machines/rack.html", **values)


@router.get("/oci/machines/{name}/rack")
def show_rack(page: Page, name: str) -> Response:
    """Show where the machine is, and where its neighbours on the network say that it is."""
    return _rack(page, name)


@router.post("/oci/machines/{name}/rack")
def change_rack(page: Page, name: str) -> Response:
    """Say where the machine is."""
    try:
        page.write(settings.show_machine_settings, name, setting_fields.change(RACK, page, name))
    except OciError as error:
        return _rack(page, name, error)
    return page.see(f"{machine_url(name)}/rack", "saved")


@router.post("/oci/machines/{name}/rack/check")
def check_rack(page: Page, name: str) -> Response:
    """Tell what is wrong with what was typed."""
    return check(page, RACK, setting_fields.change(RACK, page, name))


@router.post("/oci/machines/{name}/rack/guess")
def store_guess(page: Page, name: str) -> Response:
    """Store where the machine's neighbours on the network say that it is."""
    try:
        page.write(
            settings.show_machine_settings,
            name,
            lambda session: discovery.rack(session, page.oci, name),
        )
    except OciError as error:
        return _rack(page, name, error)
    return page.see(f"{machine_url(name)}/rack", "saved")


def _replacement(page: PageContext, name: str, error: OciError | None = None) -> Response:
    frame = frame_of(page, name, "")
    live = page.read(lambda session: candidates(session, _CANDIDATES))
    options = [
        Option(one.machine.serial, f"{one.machine.serial} – {one.machine.product_name}")
        for one in live
    ]
    typed: Typed | None = page.typed if error else None
    form: BoundForm = REPLACEMENT.show(typed, error, machine=options)
    values = {**frame, "form": form, "has_candidates": bool(options)}
    if error is not None:
        return page.refused("machines/replace.html", error, **values)
    return page.render("machines/replace.html", **values)


@router.get("/oci/machines/{name}/replace")
def ask_replacement(page: Page, name: str) -> Response:
    """Show the form that gives the machine's place to another one."""
    return _replacement(page, name)


@router.post("/oci/machines/{name}/replace")
def replace(page: Page, name: str) -> Response:
    """Give the machine's place to another one, and forget it."""
    other, install = page.typed.text("machine"), page.typed.checked("install")
    try:
        page.typed.confirm(name)
        page.write(
            machines.show_machine,
            name,
            lambda session: restarts.replace(session, page.oci, name, other, install=install),
        )
    except OciError as error:
        return _replacement(page, name, error)
    return page.see(machine_url(other), "replaced")


@router.post("/oci/machines/{name}/report-counter")
def reset_counter(page: Page, name: str) -> Response:
    """Count the machine's reports from the beginning."""
    page.write(
        machines.show_machine, name, lambda session: machines.reset_report_counter(session, name)
    )
    return page.see(machine_url(name), "saved")
