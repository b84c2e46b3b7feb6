"""The package proxy against a real origin server on the loopback."""

import http.client
import os
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ocinstaller.lab import cache as cache_module
from ocinstaller.lab import proxy, sockets
from ocinstaller.lab.cache import Cache
from ocinstaller.lab.proxy import Origin

DEB = "/debian/pool/main/h/hello/hello_2.10-3_amd64.deb"
RELEASE = "/debian/dists/trixie/InRelease"


class Mirror(BaseHTTPRequestHandler):
    """Serves `server.files`; holds an answer back at its middle while `server.gate` is closed."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.requests.append(self.path)
        body = self.server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        if self.headers.get("If-None-Match") == self.server.etag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", self.server.etag)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self.server.gate.wait(20)
        if self.server.breaks:
            self.close_connection = True
            return
        self.wfile.write(body[len(body) // 2 :])

    def log_message(self, *args):
        pass


@pytest.fixture
def mirror():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.files = {DEB: os.urandom(1_000_000), RELEASE: b"first"}
    server.etag, server.requests, server.breaks = '"one"', [], False
    server.gate = threading.Event()
    server.gate.set()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def base(mirror):
    return f"http://127.0.0.1:{mirror.server_port}"


@pytest.fixture
def store(tmp_path):
    return Cache(tmp_path / "cache", 10_000_000)


@pytest.fixture
def fetch(base, store):
    listener = sockets.listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    servers = proxy.serve([listener], store, [Origin.parse(f"{base}/debian")])
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{port}"})
    )

    def get(path, **headers):
        address = path if "://" in path else base + path
        request = urllib.request.Request(address, headers=headers)  # noqa: S310
        with opener.open(request, timeout=20) as answer:
            return answer.read()

    get.opener, get.base = opener, base
    yield get
    for server in servers:
        server.shutdown()
        server.server_close()


def test_package_is_fetched_once(fetch, mirror):
    assert fetch(DEB) == mirror.files[DEB]
    assert fetch(DEB) == mirror.files[DEB]
    assert mirror.requests == [DEB]


def test_concurrent_clients_share_one_download(fetch, mirror):
    mirror.gate.clear()
    results = []
    threads = [threading.Thread(target=lambda: results.append(fetch(DEB))) for _ in range(8)]
    for thread in threads:
        thread.start()
    mirror.gate.set()
    for thread in threads:
        thread.join(20)
    assert results == [mirror.files[DEB]] * 8
    assert mirror.requests == [DEB]


def test_content_passes_on_while_it_arrives(fetch, mirror):
    mirror.gate.clear()
    half = len(mirror.files[DEB]) // 2
    with fetch.opener.open(fetch.base + DEB, timeout=20) as answer:
        assert answer.read(half) == mirror.files[DEB][:half]
        mirror.gate.set()
        assert answer.read() == mirror.files[DEB][half:]


def test_broken_download_is_an_error_and_is_not_kept(fetch, mirror):
    mirror.breaks = True
    with pytest.raises(http.client.IncompleteRead):
        fetch(DEB)
    mirror.breaks = False
    assert fetch(DEB) == mirror.files[DEB]


def test_index_is_asked_for_again_and_kept_when_unchanged(fetch, mirror, monkeypatch):
    monkeypatch.setattr(proxy, "INDEX_LIFETIME_S", 0.0)

    def asked_again():
        return fetch(RELEASE) == b"first" and len(mirror.requests) > 1

    # A request that comes before the answer is stored shares that answer.
    eventually(asked_again)
    mirror.files[RELEASE], mirror.etag = b"second", '"two"'
    eventually(lambda: fetch(RELEASE) == b"second")


def test_index_is_served_stale_when_the_mirror_is_away(fetch, mirror, monkeypatch):
    assert fetch(RELEASE) == b"first"
    monkeypatch.setattr(proxy, "INDEX_LIFETIME_S", 0.0)
    mirror.shutdown()
    mirror.server_close()
    assert fetch(RELEASE) == b"first"


def test_missing_file_is_passed_on(fetch):
    with pytest.raises(urllib.error.HTTPError) as raised:
        fetch("/debian/pool/none.deb")
    assert raised.value.code == 404


def test_other_hosts_and_paths_are_refused(fetch, mirror):
    for address in ("http://192.0.2.1/debian/pool/a.deb", fetch.base + "/other/a.deb"):
        with pytest.raises(urllib.error.HTTPError) as raised:
            fetch(address)
        assert raised.value.code == 403
    assert mirror.requests == []


def test_unreachable_mirror_is_a_gateway_error(fetch, mirror):
    mirror.shutdown()
    mirror.server_close()
    with pytest.raises(urllib.error.HTTPError) as raised:
        fetch(DEB)
    assert raised.value.code == 502


def eventually(condition, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline


def entry(size):
    return cache_module.Entry(size, "", "", "", time.time())


def test_store_keeps_what_was_used_last(tmp_path):
    store = Cache(tmp_path, 250)
    for index, name in enumerate(("h/a", "h/b", "h/c")):
        temporary = store.temporary(name)
        temporary.write_bytes(b"x" * 100)
        os.utime(temporary, (index, index))
        store.commit(name, temporary, entry(100))
    assert store.find("h/a") is None
    assert store.find("h/b") is not None
    assert store.find("h/c") is not None


def test_store_forgets_leftovers_of_a_killed_process(tmp_path):
    leftover = tmp_path / "host" / "file.body.part-4194304-1"
    leftover.parent.mkdir()
    leftover.write_bytes(b"half")
    Cache(tmp_path, 100)
    assert not leftover.exists()


def test_truncated_file_is_not_found(tmp_path):
    store = Cache(tmp_path, 1000)
    temporary = store.temporary("h/a")
    temporary.write_bytes(b"x" * 100)
    store.commit("h/a", temporary, entry(100))
    store.path("h/a").write_bytes(b"x" * 99)
    assert store.find("h/a") is None


@pytest.mark.parametrize("name", ["h/../../etc/passwd", "h/..", "h/%2e%2e/x", "h/./x"])
def test_no_name_leads_out_of_the_store(tmp_path, name):
    store = Cache(tmp_path / "cache", 1000)
    path = store.path(name)
    assert path.resolve() == path
    assert path.is_relative_to(tmp_path / "cache")


@pytest.mark.parametrize("url", ["ftp://mirror/debian", "mirror/debian", "http://"])
def test_malformed_mirror_is_refused(url):
    with pytest.raises(ValueError, match="is not an address"):
        Origin.parse(url)
