"""The forms of a network that exists: everything that it is, and the addresses it keeps back."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import addresses, network_changes, topology
from ocinstaller.actions.consequences import consequences
from ocinstaller.actions.network_changes import IPMI_MODES, NONE, NetworkChange
from ocinstaller.actions.site_roles import network_purposes
from ocinstaller.actions.views import NetworkView
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.addressing import VIP_USAGES
from ocinstaller.model.errors import OciError
from ocinstaller.web.changes import grouped
from ocinstaller.web.checking import check, plan_of
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import BoundForm, Field, Form, Kind, Typed, choices, filled
from ocinstaller.web.languages import N_
from ocinstaller.web.networks import RESERVATION, show
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_PLACE = (
    Field("location", N_("Location"), Kind.SELECT),
    Field("is_public", N_("Public"), Kind.CHECKBOX, required=False),
    Field("ip", N_("Network address"), help=N_("The first of its range, such as 10.1.0.0.")),
    Field(
        "cidr",
        N_("Prefix length"),
        Kind.NUMBER,
        N_("Another range gets its usual gateway, first and last address."),
    ),
    Field("gateway", N_("Gateway"), help=N_("The router's address, or none.")),
    Field("first_ip", N_("First address"), help=N_("Of those that machines get.")),
    Field("last_ip", N_("Last address"), help=N_("Of those that machines get.")),
    Field("vlan", "VLAN", Kind.NUMBER, N_("1 to 4094; 0 for untagged.")),
    Field("mtu", "MTU", Kind.NUMBER, N_("Bytes of a packet; 0 leaves it to the driver.")),
    Field("bridge_name", N_("Bridge"), help=N_("The name of a bridge on the machines, or none.")),
)
_SERVICE = (
    Field("role", N_("For"), Kind.SELECT, N_("A role, all machines, or a special purpose.")),
    Field(
        "iface1",
        N_("Interface"),
        help=N_("A name such as eth0, or a speed such as 10m for the first of 10 Gbit/s."),
    ),
    Field("iface2", N_("Second interface"), help=N_("none, or the other one of a bond.")),
)
_SPECIAL = (
    Field(
        "vip_usage",
        N_("Virtual address of"),
        Kind.SELECT,
        N_("Only of networks for vip: whose address this network holds."),
    ),
    Field(
        "lldp_match",
        N_("Chosen by LLDP"),
        help=N_("Part of a switch's name: machines behind it use this network. Or none."),
    ),
    Field(
        "ipmi_match_addr",
        N_("For BMCs in"),
        help=N_("Network in which BMCs get their first address, such as 10.9.0.0, or none."),
    ),
    Field(
        "ipmi_match_cidr",
        N_("BMCs' prefix length"),
        Kind.NUMBER,
        required=False,
    ),
    Field(
        "ipmi_mode",
        N_("Addresses of BMCs"),
        Kind.SELECT,
        N_("ocimanaged: OCI gives them; externaldhcp: somebody else does."),
    ),
)
_FREE = Form((*_PLACE, *_SPECIAL))
_USED = Form((*_PLACE, *_SERVICE, *_SPECIAL))
_NUMBERS = {"cidr", "vlan", "mtu", "ipmi_match_cidr"}
_WHOLE = "a whole number"
_NONE_TEXT = {"gateway", "bridge_name", "lldp_match", "ipmi_match_addr", "iface1", "iface2"}
"""Fields that operators write `none` in; an emptied one means the same."""


def _form(view: NetworkView) -> Form:
    return _USED if view.cluster else _FREE


def present(view: NetworkView) -> dict[str, str]:
    """Return a network's fields as the form shows them."""
    values: dict[str, str] = {}
    for field in _form(view).fields:
        value = getattr(view, field.name)
        if field.kind is Kind.CHECKBOX:
            values[field.name] = "on" if value else ""
        elif value is None:
            values[field.name] = _nothing(field.name)
        else:
            values[field.name] = str(value)
    return values


def _nothing(name: str) -> str:
    if name in _NONE_TEXT:
        return NONE
    return "0" if name == "vlan" else ""


def changed(typed: Typed, now: Mapping[str, str]) -> NetworkChange:
    """Return what was typed that differs from the present values.

    :raises InvalidValue: a number is none
    """
    different: dict[str, str | int | bool] = {}
    for name, before in now.items():
        if name == "is_public":
            if typed.checked(name) != bool(before):
                different[name] = typed.checked(name)
            continue
        text = typed.text(name, before) or _nothing(name)
        if text != before and not (name == "ipmi_match_cidr" and not text):
            different[name] = typed.number(name, _WHOLE) if name in _NUMBERS and text else text
    return NetworkChange(**different)  # type: ignore[arg-type]


def _work(page: PageContext, name: str, now: NetworkView) -> Callable[[Session], NetworkView]:
    typed = page.typed
    # A field that is no number is refused here, where the refusal is recorded like the others.
    return lambda session: network_changes.change_network(
        session, page.oci, name, changed(typed, present(now))
    )


def _bound(
    page: PageContext, view: NetworkView, typed: Typed, error: OciError | None = None
) -> BoundForm:
    with page.oci.store.read() as session:
        places = choices(one.name for one in topology.list_locations(session))
        purposes = choices(network_purposes(session))
    return _form(view).show(
        typed,
        error,
        present(view),
        location=places,
        role=purposes,
        vip_usage=choices(VIP_USAGES),
        ipmi_mode=choices(IPMI_MODES),
    )


def _view(page: PageContext, name: str) -> NetworkView:
    return page.read(lambda session: topology.show_network(session, name))


@router.get("/oci/networks/{name}/change")
def change_form(page: Page, name: str) -> Response:
    """Show everything that a network is, to be changed."""
    view = _view(page, name)
    form = _bound(page, view, filled(present(view)))
    return page.render("networks/change.html", network=view, form=form, seen=entity_tag(view))


@router.post("/oci/networks/{name}/change")
def change(page: Page, name: str) -> Response:
    """Change a network."""
    now = _view(page, name)
    try:
        page.write(topology.show_network, name, _work(page, name, now))
    except OciError as error:
        view = _view(page, name)
        form = _bound(page, view, page.typed, error)
        return page.refused(
            "networks/change.html", error, network=view, form=form, seen=entity_tag(view)
        )
    return page.see(f"/oci/networks/{segment(name)}", "saved")


@router.post("/oci/networks/{name}/change/plan")
def plan_change(page: Page, name: str) -> Response:
    """Tell what is wrong with what was typed; else what it would change for the cluster."""
    now = _view(page, name)
    touched = [now.cluster] if now.cluster else []
    return plan_of(
        page,
        _form(now),
        lambda: grouped(consequences(page.oci, touched, _work(page, name, now))),
    )


def _reserve(page: PageContext, name: str) -> Callable[[Session], object]:
    typed = page.typed
    return lambda session: addresses.reserve(
        session, name, typed.text("first_ip"), typed.optional("last_ip"), typed.text("note")
    )


@router.post("/oci/networks/{name}/reservations")
def reserve(page: Page, name: str) -> Response:
    """Keep addresses of the network back."""
    try:
        page.write(topology.show_network, name, _reserve(page, name))
    except OciError as error:
        return show(page, name, error, reservation=RESERVATION.show(page.typed, error))
    return page.see(f"/oci/networks/{segment(name)}", "saved")


@router.post("/oci/networks/{name}/reservations/check")
def check_reservation(page: Page, name: str) -> Response:
    """Tell what is wrong with a reservation."""
    return check(page, RESERVATION, _reserve(page, name), "reserve-")


@router.post("/oci/networks/{name}/reservations/{first_ip}")
def change_reservation(page: Page, name: str, first_ip: str) -> Response:
    """Move the ends of a reservation, or say otherwise what it is for."""
    typed = page.typed
    first = typed.text("first_ip")
    try:
        page.write(
            topology.show_network,
            name,
            lambda session: addresses.change_reservation(
                session, name, first_ip, first, typed.text("last_ip") or first, typed.text("note")
            ),
        )
    except OciError as error:
        return show(page, name, error, changed=(first_ip, RESERVATION.show(typed, error)))
    return page.see(f"/oci/networks/{segment(name)}", "saved")


@router.post("/oci/networks/{name}/reservations/{first_ip}/delete")
def release(page: Page, name: str, first_ip: str) -> Response:
    """End a reservation."""
    try:
        page.write(
            topology.show_network,
            name,
            lambda session: addresses.release(session, name, first_ip),
        )
    except OciError as error:
        return show(page, name, error)
    return page.see(f"/oci/networks/{segment(name)}", "saved")
