"""How quick the web pages are: `python bench/web.py [MACHINES]`, 5,000 unless told otherwise.

Real server, data base, TLS and Chromium, on loopback; the fleet is simulated as in `fleet.py`.
Prints each figure with its target; the exit code is 1 when one is missed.
"""

import contextlib
import http.client
import socket
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from fleet import PASSWORD, Bench, introduce, join, serial
from playwright.sync_api import Browser, sync_playwright

from ocinstaller.actions import machines
from ocinstaller.actions.context import Installation
from ocinstaller.lab import javascript

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ROOT = Path(__file__).parent.parent
RUNS = 15
CHANGES = 5
OPEN_PAGES = 200
OPEN_S = 20.0
CHANGE_EVERY_S = 1.0
"""While pages are open, so many seconds lie between two changes that all of them hear of."""


@dataclass(frozen=True)
class Figure:
    """Something measured, and what it must stay below."""

    name: str
    value: float
    target: float
    unit: str


def log_in(bench: Bench) -> str:
    """Return the cookie of a new session."""
    connection = bench.connection()
    body = urlencode({"login": "admin", "password": PASSWORD})
    connection.request("POST", "/oci/login", body)
    return connection.getresponse().headers["Set-Cookie"].partition(";")[0]


def server_time(bench: Bench, cookie: str) -> float:
    """Return the median time in ms from the request to the last byte of the first page."""
    connection, times = bench.connection(), []
    for _ in range(RUNS):
        begun = time.perf_counter()
        connection.request("GET", "/oci/machines", headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def in_browser(bench: Bench, browser: Browser, oci: Installation) -> tuple[float, float, float]:
    """Return kB transferred, ms until interactive with an empty cache, s until a change shows."""
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    url = f"https://localhost:{bench.https}"
    page.goto(f"{url}/oci/login")
    page.fill("#login", "admin")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{url}/oci/")
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    times, sizes = [], []
    for _ in range(CHANGES):
        session.send("Network.clearBrowserCache")
        page.goto(f"{url}/oci/machines", wait_until="load")
        entry, size = page.evaluate(
            "[performance.getEntriesByType('navigation')[0].toJSON(),"
            " performance.getEntries().reduce((sum, one) => sum + (one.transferSize || 0), 0)]"
        )
        times.append(entry["loadEventEnd"])
        sizes.append(size)
    page.wait_for_timeout(1000)
    delays = []
    for number in range(CHANGES):
        name = serial(number)
        badge = page.locator(f"tr[data-serial={name}] [data-live=status]")
        assert badge.inner_text() == "live"
        begun = time.perf_counter()
        oci.store.write(lambda s, name=name: machines.start_live(s, name))
        page.wait_for_function(
            "name => document.querySelector(`tr[data-serial=${name}] [data-live=status]`)"
            ".textContent === 'bootinglive'",
            arg=name,
            polling="raf",
        )
        delays.append(time.perf_counter() - begun)
    context.close()
    return statistics.median(sizes) / 1000, statistics.median(times), max(delays)


def open_pages(bench: Bench, cookie: str, oci: Installation) -> tuple[float, float]:
    """Return the server's share of a core with many pages open, and the share that heard."""
    heard = [0] * OPEN_PAGES
    connections = []
    for _ in range(OPEN_PAGES):
        connection = bench.connection()
        connection.request("GET", "/oci/stream?after=0", headers={"Cookie": cookie})
        connections.append((connection, connection.getresponse()))
    end = time.monotonic() + OPEN_S

    def listen(number: int) -> None:
        answer = connections[number][1]
        with contextlib.suppress(OSError, http.client.HTTPException):
            while time.monotonic() < end + 1:
                line = answer.readline()
                if not line:
                    return
                heard[number] += line.startswith(b"event: machine")

    threads = [threading.Thread(target=listen, args=(n,), daemon=True) for n in range(OPEN_PAGES)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    heard[:] = [0] * OPEN_PAGES
    begun, processor, changes = time.monotonic(), bench.processor_s(), 0
    while time.monotonic() < end:
        name = serial(100 + changes)
        oci.store.write(lambda s, name=name: machines.start_live(s, name))
        changes += 1
        time.sleep(CHANGE_EVERY_S)
    share = (bench.processor_s() - processor) / (time.monotonic() - begun)
    for connection, _ in connections:
        # Whoever still waits for a line gets the end of the stream; closing is for afterwards.
        connection.sock.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(CHANGE_EVERY_S)
    for connection, _ in connections:
        connection.close()
    return share, min(heard) / changes


def measure(size: int) -> list[Figure]:
    """Return all figures for a fleet of this size."""
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(Path(directory), "")
        config = Path(bench.config)
        scripts = javascript.ensure(ROOT / ".state")
        config.write_text(f"{config.read_text()}\n[web]\njavascript_directory = {scripts}\n")
        oci = bench.prepare()
        introduce(oci, range(size))
        join(oci, range(200, min(700, size)), "cl500")
        bench.start()
        try:
            cookie = log_in(bench)
            server_ms = server_time(bench, cookie)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                kilobytes, load_ms, change_s = in_browser(bench, browser, oci)
                browser.close()
            share, told = open_pages(bench, cookie, oci)
        finally:
            bench.stop()
    assert told > 0.9, f"a page heard of {told:.0%} of the changes only"
    return [
        Figure(f"first page of {size} machines, server", server_ms, 100, "ms"),
        Figure("the same, transferred with an empty cache", kilobytes, 300, "kB"),
        Figure("the same, interactive in Chromium", load_ms, 1000, "ms"),
        Figure("a change of state reaches an open page", change_s, 1, "s"),
        Figure(f"{OPEN_PAGES} open pages, a change a second", share, 1 / 3, "cores"),
    ]


def main() -> int:
    """Measure and print."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    figures = measure(size)
    for one in figures:
        mark = "" if one.value < one.target else "  MISSED"
        print(f"{one.name:<45} {one.value:9.2f} {one.unit:<6} below {one.target:.2f}{mark}")
    return any(one.value >= one.target for one in figures)


if __name__ == "__main__":
    sys.exit(main())
