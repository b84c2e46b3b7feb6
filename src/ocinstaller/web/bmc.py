"""What a machine's BMC is made to be: its address, its user, and commands of one's own."""

import shlex
from collections.abc import Callable

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import bmc_orders, ipmi_numbering, machines, power
from ocinstaller.model.errors import InvalidValue, OciError
from ocinstaller.model.text import Text
from ocinstaller.web.machine_power import show
from ocinstaller.web.machine_tabs import machine_url
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)


def _order(page: PageContext, name: str, work: Callable[[Session], object]) -> Response:
    try:
        page.write(machines.show_machine, name, work)
    except OciError as error:
        return show(page, name, error)
    return page.see(f"{machine_url(name)}/power", "ordered")


@router.post("/oci/machines/{name}/bmc/address")
def assign(page: Page, name: str) -> Response:
    """Give the BMC an address of a network; a live machine programs it."""
    network = page.typed.text("network")
    return _order(
        page, name, lambda session: ipmi_numbering.assign(session, page.oci, name, network)
    )


@router.post("/oci/machines/{name}/bmc/programming")
def program(page: Page, name: str) -> Response:
    """Have the live machine set in its BMC what its settings say."""
    return _order(page, name, lambda session: bmc_orders.apply(session, page.oci, name))


@router.post("/oci/machines/{name}/bmc/password")
def renew_password(page: Page, name: str) -> Response:
    """Have the live machine give its BMC's user a new password, which nobody has to know."""
    return _order(page, name, lambda session: bmc_orders.renew_password(session, page.oci, name))


@router.post("/oci/machines/{name}/bmc/lan-access")
def open_lan(page: Page, name: str) -> Response:
    """Have the live machine let its BMC's user in over the network."""
    return _order(page, name, lambda session: bmc_orders.open_lan(session, page.oci, name))


@router.post("/oci/machines/{name}/bmc/command")
def command(page: Page, name: str) -> Response:
    """Send a command to the BMC, in ipmitool's words, and show its answer."""
    text = page.typed.text("arguments")
    try:
        page.typed.confirm(name)
        answer = power.command(page.oci, name, _words(text))
    except OciError as error:
        return show(page, name, error, "command")
    return show(page, name, answer=answer)


def _words(text: str) -> list[str]:
    """Return the words of a command line.

    :raises InvalidValue: a quotation has no end
    """
    try:
        return shlex.split(text)
    except ValueError:
        raise InvalidValue("arguments", text, Text("words; quotations end")) from None


@router.post("/oci/bmc-addresses")
def assign_all(page: Page) -> Response:
    """Give an address to each BMC of a live machine that has none and whose network is known."""
    ipmi_numbering.assign_all(page.oci)
    return page.see("/oci/networks", "saved")
