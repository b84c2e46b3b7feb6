"""From log-in to a machine that runs from its disk, in Chromium alone, on a real machine.

A laboratory of its own with one container machine; without a puppetserver, which no step needs.
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from ocinstaller.lab import scenario, stop
from ocinstaller.lab.display import Display
from ocinstaller.lab.layout import DOMAIN, INTERNAL, PUBLIC, Lab, MachineKind
from ocinstaller.lab.run import bring_up
from ocinstaller.lab.server import url
from ocinstaller.lab.stages import INSTALL_S, LIVE_S, Line
from tests.browser.conftest import Visitor, chromium, visit  # noqa: F401 - fixtures
from tests.browser.test_way import submit
from tests.e2e.conftest import STATE

pytestmark = [pytest.mark.line, pytest.mark.root]

MACHINE = next(
    machine
    for machine in scenario.load(scenario.DEFAULT).machines
    if machine.kind is MachineKind.CONTAINER
)
WITHOUT = {"puppetserver", "cluster"}
"""Stages that others need: Puppet configures later, the cluster is what the browser makes."""


@pytest.fixture(scope="module")
def bare() -> Iterator[Line]:
    """Run a server that knows nothing but its administrator, with a machine beside it."""
    lab = Lab("oci-web-test", STATE / "web-test", STATE)
    line = Line(lab, scenario.Scenario("browser", (MACHINE,)))
    stop.stop(lab, print)
    try:
        stages = [stage for stage in line.base_stages() if stage.title not in WITHOUT]
        bring_up(line, tuple(stages), Display())
        # The installer hands the CA of Puppet on: any will do where nobody runs Puppet.
        lab.puppet_ca_file.write_bytes(lab.root_ca_file.read_bytes())
        yield line
    finally:
        stop.stop(lab, print)


def password(line: Line) -> str:
    lines = line.lab.credentials_file.read_text().splitlines()
    return dict(text.split("=", 1) for text in lines)["OCI_PASS"]


def test_from_log_in_to_an_installed_machine(
    bare: Line,
    visit: Callable[..., Visitor],  # noqa: F811
) -> None:
    visitor = visit(SimpleNamespace(url=url(bare.lab)))
    visitor.log_in(password=password(bare))
    page = visitor.page
    page.get_by_role("link", name="Create a Swift region").click()
    submit(page, "new-region", Name="region")
    submit(page, "new-location", Name="room", Swift_region="region")
    for name, bridge in (("internal", INTERNAL), ("public", PUBLIC)):
        visitor.open("/oci/networks")
        page.get_by_role("link", name="New network").first.click()
        submit(
            page,
            "New network",
            Name=name,
            Network_address=str(bridge.address.network.network_address),
            Location="room",
            Public="yes" if bridge is PUBLIC else "no",
        )
    visitor.open("/oci/clusters")
    page.get_by_role("link", name="New cluster").first.click()
    submit(page, "New cluster", Name="lab", Domain=DOMAIN)
    for name, role, interface in (("internal", "all", "eth0"), ("public", "controller", "eth1")):
        visitor.open(f"/oci/networks/{name}")
        submit(page, "assign", Cluster="lab", For=role, Interface=interface)

    visitor.open("/oci/machines")
    expect(page.get_by_role("heading", name="No machine yet")).to_be_visible()
    bare.power_on(MACHINE)
    # The open page shows the machine by itself as soon as it has reported.
    row = page.locator(f"tr[data-serial='{MACHINE.serial}']")
    expect(row).to_be_visible(timeout=LIVE_S * 1000)

    visitor.open("/oci/clusters/lab/add")
    page.get_by_label(f"Select {MACHINE.serial}").check()
    page.get_by_role("button", name="Enrol the selected …").click()
    form = page.locator("section[aria-label=Enrolment] form")
    form.get_by_label("Role").select_option("custom")
    form.get_by_label("Location").select_option("room")
    expect(page.locator("#plan")).to_contain_text(f"lab-custom-1.{DOMAIN}")
    form.get_by_role("button", name="Enrol").click()
    page.wait_for_url("**note=many")

    visitor.open("/oci/clusters/lab/installation")
    page.get_by_role("button", name="Install all in the right order").click()
    expect(page.get_by_text("goes on while this page is open")).to_be_visible()
    other = visit(SimpleNamespace(url=url(bare.lab)))
    other.log_in(password=password(bare))
    log = other.open(f"/oci/machines/{MACHINE.serial}")
    badge = log.locator(".heading [data-live=status]")
    expect(badge).to_have_text("installed", timeout=INSTALL_S * 1000)
    expect(log.get_by_role("log")).to_contain_text("downloaded and verified")
    expect(log.locator(".heading h1")).to_have_text(f"lab-custom-1.{DOMAIN}")
    assert bare.cli.machine(MACHINE.serial)["status"] == "installed"  # type: ignore[index]
