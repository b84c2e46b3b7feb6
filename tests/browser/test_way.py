"""An operator's whole way, in the browser alone: from the first log-in to an installing machine."""

import json
import ssl
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ocinstaller.model.plan import InstallEvent
from tests.browser.conftest import Site, Visitor
from tests.browser.world import CONTROL, KEY, event, hardware, log, serial

pytestmark = pytest.mark.browser


def send(site: Site, path: str, document: bytes | None = None) -> dict[str, object]:
    """Ask the server as the agent of a machine does."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{site.url}/node/v1/{path}", document, headers
    )
    with urllib.request.urlopen(request, timeout=60, context=context) as answer:  # noqa: S310
        return dict(json.load(answer))


def submit(page: Page, area: str, **fields: str) -> None:
    """Fill in the form of an area and send it."""
    form = page.locator(
        f"section[aria-labelledby='{area}'] form, section[aria-label='{area}'] form"
    )
    for label, value in fields.items():
        field = form.get_by_label(label.replace("_", " "), exact=True)
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "checkbox":
            field.set_checked(value == "yes")
        else:
            field.fill(value)
    form.locator("button.main").click()
    page.wait_for_url("**note=*")


def test_from_the_first_log_in_to_an_installation(
    empty: Site, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(empty)
    visitor.log_in()
    page = visitor.page
    page.get_by_role("link", name="Create a Swift region").click()
    submit(page, "new-region", Name="europe")
    submit(page, "new-location", Name="paris", Swift_region="europe")
    for name, ip, public in (("internal", "10.1.0.0", "no"), ("public", "203.0.113.0", "yes")):
        visitor.open("/oci/networks")
        page.get_by_role("link", name="New network").first.click()
        submit(page, "New network", Name=name, Network_address=ip, Location="paris", Public=public)
    visitor.open("/oci/clusters")
    page.get_by_role("link", name="New cluster").first.click()
    submit(page, "New cluster", Name="cloud", Domain="example.com")
    for name, role, interface in (("internal", "all", "eth0"), ("public", "controller", "eth1")):
        visitor.open(f"/oci/networks/{name}")
        submit(page, "assign", Cluster="cloud", For=role, Interface=interface)
    visitor.open("/oci/machines")
    expect(page.get_by_role("heading", name="No machine yet")).to_be_visible()

    send(empty, "report", hardware(1, CONTROL).model_dump_json().encode())
    visitor.open("/oci/machines")
    page.get_by_role("link", name=serial(1)).click()
    page.get_by_role("link", name="Enrol …").click()
    form = page.locator("section[aria-label=Enrolment] form")
    form.get_by_label("Cluster").select_option("cloud")
    form.get_by_label("Role").select_option("controller")
    form.get_by_label("Location").select_option("paris")
    expect(page.locator("#plan")).to_contain_text("cloud-controller-1.example.com")
    form.get_by_role("button", name="Enrol").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("cloud-controller-1.example.com")

    page.get_by_role("link", name="Install …").click()
    expect(page.locator("main")).to_contain_text("Everything on sda is lost.")
    page.get_by_role("button", name="Install").click()
    badge = page.locator(".heading [data-live=status]")
    expect(badge).to_have_text("installing")

    # From here on the page changes by itself.
    plan = send(empty, f"plan?serial={serial(1)}")
    plan_id = str(plan["plan_id"])
    log(empty.oci, serial(1), plan_id, 4)
    expect(page.get_by_role("log")).to_contain_text("image verified")
    event(empty.oci, serial(1), InstallEvent.INSTALLED, plan_id)
    expect(badge).to_have_text("firstboot")
    event(empty.oci, serial(1), InstallEvent.BOOTED, plan_id)
    expect(badge).to_have_text("installed")
    expect(page.get_by_role("link", name="Install …")).to_have_count(0)


def test_what_is_wrong_is_told_while_one_types(empty: Site, visit: Callable[..., Visitor]) -> None:
    visitor = visit(empty)
    visitor.log_in()
    page = visitor.open("/oci/locations")
    field = page.locator("#region-name")
    field.fill("not a name")
    expect(page.locator("#region-name-error")).to_contain_text("is not allowed")
    field.fill("asia")
    expect(page.locator("#region-name-error")).to_be_empty()
    assert page.url.endswith("/oci/locations"), "nothing was sent off"
