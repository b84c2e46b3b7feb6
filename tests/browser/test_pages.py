"""Every page in a real browser: accessible, quiet in its console, fit for desk and phone."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from ocinstaller.actions import machines, topology
from ocinstaller.store.tables import Machine
from tests.browser.conftest import Site, Visitor
from tests.browser.world import STORE, hardware, report, serial

pytestmark = pytest.mark.browser

MAIN = (
    "/oci/",
    "/oci/machines",
    f"/oci/machines/{serial(9)}",
    "/oci/clusters/cloud",
    "/oci/networks",
    "/oci/locations",
)
FURTHER = (
    f"/oci/machines/{serial(3)}/enrol",
    f"/oci/machines/{serial(10)}/install",
    f"/oci/machines/{serial(10)}/live",
    f"/oci/machines/{serial(10)}/remove",
    f"/oci/machines/{serial(3)}/destroy",
    f"/oci/machines/{serial(9)}/addresses",
    f"/oci/machines/{serial(9)}/power",
    f"/oci/machines/{serial(9)}/rack",
    f"/oci/machines/{serial(9)}/replace",
    f"/oci/machines/{serial(16)}/rings",
    "/oci/clusters",
    "/oci/clusters/new",
    "/oci/cluster-files?of=cloud",
    "/oci/clusters/cloud/details",
    "/oci/clusters/cloud/certificate",
    "/oci/clusters/cloud/rings/weights",
    "/oci/clusters/cloud/services",
    "/oci/clusters/cloud/add",
    "/oci/clusters/cloud/plan",
    "/oci/clusters/cloud/settings",
    "/oci/clusters/cloud/installation",
    "/oci/clusters/cloud/rings",
    f"/oci/machines/{serial(9)}/settings",
    "/oci/racks",
    "/oci/racks?by=state",
    "/oci/networks/new",
    "/oci/networks/mgmt-1",
    "/oci/networks/mgmt-1/change",
    "/oci/networks/spare",
    "/oci/profiles",
    "/oci/site-documents/hardware-profiles",
    "/oci/site-documents/racking-map",
    "/oci/roles",
    "/oci/certificates",
    "/oci/passwords",
    "/oci/passwords/cloud.keystone_admin",
    "/oci/events",
    "/oci/events?kind=machine&before=20",
    "/oci/health",
    "/oci/users",
    "/oci/users/ada",
    "/oci/audit",
    "/oci/account",
)
SERIOUS = {"serious", "critical"}


def faults(visitor: Visitor, path: str) -> list[str]:
    """Return what axe-core finds to be serious on a page, and what does not fit its width."""
    page = visitor.open(path)
    found = [
        f"{path}: {violation['id']}: {node['html'][:200]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
    width, room = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    return [*found, f"{path}: {width} pixels wide in {room}"] if width > room else found


@pytest.mark.parametrize(
    ("width", "language", "theme", "paths"),
    [
        (1280, "en", "light", (*MAIN, *FURTHER)),
        (1280, "fr", "dark", MAIN),
        (390, "fr", "light", (*MAIN, *FURTHER)),
    ],
)
def test_pages_are_accessible(
    site: Site,
    visit: Callable[..., Visitor],
    width: int,
    language: str,
    theme: str,
    paths: tuple[str, ...],
) -> None:
    visitor = visit(site, width=width, language=language, theme=theme)
    visitor.open("/oci/login")
    found = faults(visitor, "/oci/login")
    visitor.log_in()
    for path in paths:
        found += faults(visitor, path)
    assert found == []
    assert visitor.page.get_attribute("html", "lang") == language


def test_a_viewer_is_offered_no_change(site: Site, visit: Callable[..., Visitor]) -> None:
    visitor = visit(site)
    visitor.log_in("viewer")
    for path in (*MAIN, "/oci/clusters/cloud/add", "/oci/networks/spare"):
        page = visitor.open(path)
        changing = page.locator("main form[method=post]")
        expect(changing).to_have_count(0)
    expect(page.get_by_role("link", name="Users")).to_have_count(0)


def test_states_change_without_a_reload(site: Site, visit: Callable[..., Visitor]) -> None:
    visitor = visit(site)
    visitor.log_in()
    page = visitor.open("/oci/machines?text=swiftstore")
    name = serial(16)
    badge = page.locator(f"tr[data-serial={name}] [data-live=status]")
    expect(badge).to_have_text("live")
    site.oci.store.write(lambda session: machines.start_live(session, name))
    expect(badge).to_have_text("bootinglive")
    report(site.oci, hardware(16, STORE))
    expect(badge).to_have_text("live")


def test_a_new_machine_appears_and_the_selection_stays(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(site)
    visitor.log_in()
    page = visitor.open("/oci/machines")
    page.locator(f"input[value={serial(1)}]").check()
    name = serial(99)
    row = page.locator(f"tr[data-serial={name}]")
    expect(row).to_have_count(0)
    report(site.oci, hardware(99, STORE))
    expect(row).to_be_visible()
    expect(page.locator(f"input[value={serial(1)}]")).to_be_checked()
    expect(page.locator("[data-count]")).to_have_text("1")
    site.oci.store.write(lambda session: machines.destroy(session, name))
    expect(row).to_have_count(0)


def test_events_appear_as_they_happen_where_they_fit(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(site)
    visitor.log_in()
    page = visitor.open("/oci/events")
    other = visit(site)
    other.log_in()
    narrow = other.open(f"/oci/events?kind=machine&name={serial(15)}")
    seen = narrow.locator("[data-event]").first.get_attribute("data-event")
    site.oci.store.write(lambda session: topology.create_swift_region(session, "far-away"))
    first = page.locator("[data-event]").first
    expect(first).to_contain_text("far-away")
    expect(first).to_contain_text("created")
    assert narrow.locator("[data-event]").first.get_attribute("data-event") == seen
    site.oci.store.write(lambda session: machines.start_live(session, serial(15)))
    expect(narrow.locator("[data-event]").first).to_contain_text("bootinglive")
    assert narrow.locator(f"[data-event='{seen}']").count() == 1, "the older ones stay"


def test_searching_keeps_what_is_typed_and_selecting_shows_the_actions(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(site)
    visitor.log_in()
    page = visitor.open("/oci/machines")
    page.keyboard.press("/")
    page.keyboard.type("controller-2")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "text=controller-2" in page.url
    expect(page.locator("main input[type=search]")).to_be_focused()
    expect(page.locator("[data-selection]")).to_be_hidden()
    page.get_by_label("Select all on this page").check()
    expect(page.locator("[data-count]")).to_have_text("1")
    page.get_by_role("button", name="Start live system …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Start live system")
    with site.oci.store.read() as session:
        status = session.scalar(select(Machine.status).where(Machine.serial == serial(1)))
    assert status == "installed", "asking changes nothing"


def test_language_and_colours_are_switched(site: Site, visit: Callable[..., Visitor]) -> None:
    visitor = visit(site)
    visitor.log_in()
    page = visitor.open("/oci/machines")
    page.get_by_label("Language").select_option("fr")
    expect(page.get_by_role("link", name="Vue d'ensemble")).to_be_visible()
    page.get_by_label("Couleurs").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/oci/machines"), "one stays where one is"
