"""A real server, and Debian's Chromium that looks at it."""

import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ocinstaller.actions import users
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.lab import javascript
from ocinstaller.model.access import UserRole
from tests.browser.world import populate
from tests.conftest import PASSWORD
from tests.support import write_config, write_image

ROOT = Path(__file__).parent.parent.parent
START_S = 60.0
PATIENCE_MS = 30_000
"""For what a page is to become: hosts that run tests are busy."""
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",  # root has no namespaces to give away
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


ABORTED = {"htmx:sendAbort", "htmx:afterRequest"}
"""What htmx says when a form is sent off while it is still being checked: nothing is wrong."""


@dataclass(frozen=True)
class Site:
    """A running server: its address, and its installation for what machines would do."""

    url: str
    oci: Installation


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def configure(directory: Path) -> tuple[Path, int]:
    """Write the configuration of a server; return the file and its port."""
    scripts = directory / "javascript"
    scripts.symlink_to(javascript.ensure(ROOT / ".state"))
    file = write_config(directory, extra=f"[web]\njavascript_directory = {scripts}\n")
    port = free_port()
    text = file.read_text().replace(
        "[server]",
        f"[server]\nlisten_address = 127.0.0.1\nhttps_port = {port}\nhttp_port = {free_port()}",
    )
    file.write_text(text)
    return file, port


def run_site(directory: Path, prepare: Callable[[Installation], None]) -> Iterator[Site]:
    """Run a server on an installation that `prepare` has filled."""
    for kind in ("live", "target"):
        write_image(directory, kind)
    config, port = configure(directory)
    oci = open_installation(config)
    oci.store.write(
        lambda session: users.create_user(session, "admin", PASSWORD, role=UserRole.ADMINISTRATOR)
    )
    prepare(oci)
    log = (directory / "server.log").open("wb")
    command = [str(Path(sys.executable).parent / "oci-server"), "--config", str(config)]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        url = f"https://127.0.0.1:{port}"
        _wait(url, process, directory / "server.log")
        yield Site(url, oci)
    finally:
        process.terminate()
        process.wait(30)
        log.close()
        oci.store.engine.dispose()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"{url}/health", timeout=5, context=context).close()  # noqa: S310
            return
        time.sleep(0.1)
    raise AssertionError(f"the server does not answer: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a server that knows nothing but its administrator."""
    yield from run_site(tmp_path_factory.mktemp("empty"), lambda _oci: None)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a server with a whole data centre."""
    yield from run_site(tmp_path_factory.mktemp("site"), populate)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser, who hears every complaint of its console."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("console", self._hear)

    def _hear(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        if kind in ("error", "warning") and text not in ABORTED:
            self.complaints.append(f"{self.page.url}: {text}")

    def log_in(self, login: str = "admin", password: str = PASSWORD) -> None:
        """Log in by the form."""
        self.page.goto(f"{self.url}/oci/login")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.click("main button")
        self.page.wait_for_url(f"{self.url}/oci/")

    def open(self, path: str) -> Page:
        """Open a page."""
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None and answer.status == 200, path
        return self.page


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Return what makes visitors; the test fails when a browser's console complained."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def make(
        site: Site, *, width: int = 1280, language: str = "en", theme: str = "light"
    ) -> Visitor:
        context = chromium.new_context(
            ignore_https_errors=True,
            viewport={"width": width, "height": 800},
            locale=language,
            color_scheme=theme,  # type: ignore[arg-type]
        )
        context.set_default_timeout(2 * PATIENCE_MS)
        contexts.append(context)
        visitors.append(Visitor(context, site.url))
        return visitors[-1]

    yield make
    for context in contexts:
        context.close()
    assert [complaint for one in visitors for complaint in one.complaints] == []
