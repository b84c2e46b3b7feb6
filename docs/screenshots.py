"""Makes the pictures of the web pages anew: `python docs/screenshots.py` (needs Chromium).

The machines are those of the browser tests: they report as real ones do, to a real server. The BMC
is the tests' virtual one, which ipmitool asks over the network.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from ocinstaller.actions import settings
from ocinstaller.actions.context import Installation
from ocinstaller.model.bmc import BmcAccess

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM, FLAGS, Site, Visitor, run_site  # noqa: E402
from tests.browser.world import populate, serial  # noqa: E402
from tests.drivers.virtual_bmc_process import BmcProcess  # noqa: E402

HERE = Path(__file__).parent / "screenshots"
DESK, PHONE = (1280, 800), (390, 800)
SHOTS = (
    ("overview", "/oci/", DESK, "light", "en"),
    ("machines", "/oci/machines", DESK, "light", "en"),
    ("machine", f"/oci/machines/{serial(7)}", DESK, "light", "en"),
    ("cluster", "/oci/clusters/cloud", DESK, "light", "en"),
    ("services", "/oci/clusters/cloud/services", DESK, "light", "en"),
    ("settings", "/oci/clusters/cloud/settings", DESK, "light", "en"),
    ("installation", "/oci/clusters/cloud/installation", DESK, "light", "en"),
    ("rings", "/oci/clusters/cloud/rings", DESK, "light", "en"),
    ("racks", "/oci/racks", DESK, "light", "en"),
    ("remove", f"/oci/machines/{serial(10)}/remove", DESK, "light", "en"),
    ("networks", "/oci/networks", DESK, "light", "en"),
    ("network-change", "/oci/networks/mgmt-1/change", DESK, "light", "en"),
    ("profiles", "/oci/profiles", DESK, "light", "en"),
    ("power", f"/oci/machines/{serial(9)}/power", DESK, "light", "en"),
    ("audit", "/oci/audit", DESK, "light", "en"),
    ("events", "/oci/events", DESK, "light", "en"),
    ("health", "/oci/health", DESK, "light", "en"),
    ("machines-dark", "/oci/machines", DESK, "dark", "fr"),
    ("network-phone", "/oci/networks/mgmt-1", PHONE, "light", "fr"),
    ("machine-phone", f"/oci/machines/{serial(9)}", PHONE, "dark", "en"),
)


def shoot(browser: Browser, site: Site) -> None:
    """Write all pictures, in one session: what they show is not how often somebody logged in."""
    with browser.new_context(ignore_https_errors=True) as first:
        Visitor(first, site.url).log_in()
        session = first.storage_state()
    for name, path, (width, height), theme, language in SHOTS:
        context = browser.new_context(
            storage_state=session,
            ignore_https_errors=True,
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale=language,
            reduced_motion="reduce",
        )
        visitor = Visitor(context, site.url)
        visitor.open(path)
        expect(visitor.page.get_by_text("asking the BMC")).to_have_count(0)
        visitor.page.screenshot(path=HERE / f"{name}.png")
        context.close()


def _with_bmc(access: BmcAccess, oci: Installation) -> None:
    """Make the data centre, with a BMC that answers for the machine whose power is looked at."""
    populate(oci)
    given = {"ipmi_port": str(access.port), "ipmi_password": access.password}
    oci.store.write(lambda s: settings.change_machine_settings(s, oci, serial(9), given))


def main() -> None:
    """Run a server and take the pictures."""
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        bmc = BmcProcess(Path(directory))
        for site in run_site(Path(directory), partial(_with_bmc, bmc.access)):
            shoot(browser, site)
        bmc.stop()
        browser.close()


if __name__ == "__main__":
    main()
