"""`oci-doctor`: finds what is wrong, says what to do, changes nothing."""

import functools
import json
import shutil
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.cli.doctor import main
from ocinstaller.drivers import clock, dhcp_probe
from ocinstaller.drivers.mirror import MirrorError, look
from ocinstaller.store import migrate
from tests.databases import DatabaseServer

# The interface and the dnsmasq of the lab's own test are those that this one asks too.
from tests.lab.conftest import lab  # noqa: F401
from tests.lab.test_dhcp import card, dnsmasq  # noqa: F401
from tests.support import write_config

OLDER = "0010"
"""A schema that this version does not work with."""


@pytest.fixture
def mirror(tmp_path: Path) -> str:
    (tmp_path / "mirror/dists").mkdir(parents=True)
    return f"file://{tmp_path / 'mirror'}"


def settings(mirror: str, more: str = "") -> str:
    return f"[network]\ndebian_mirror = {mirror}\ndebian_security_mirror = {mirror}\n{more}"


def found(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, dict[str, str]]]:
    code = main(["--config", str(config), "--json"])
    return code, {check["subject"]: check for check in json.loads(capsys.readouterr().out)}


@pytest.fixture
def listening() -> Iterator[tuple[int, int]]:
    """Listen on two ports, as the server does."""
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        yield one.getsockname()[1], two.getsockname()[1]


def served(ports: tuple[int, int]) -> str:
    return (
        f"[server]\nlisten_address = 127.0.0.1\nhttps_port = {ports[0]}\nhttp_port = {ports[1]}\n"
    )


def test_a_sound_server_is_called_sound(
    oci: Installation,
    tmp_path: Path,
    mirror: str,
    listening: tuple[int, int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = write_config(tmp_path, extra=settings(mirror, served(listening)))
    before = sorted(tmp_path.rglob("*"))
    code, checks = found(config, capsys)
    assert code == 0, checks
    for subject in (
        "data base", "live image", "target image", "Debian mirror", "security mirror",
        "certificate oci-pki-root-ca", "certificates", "API and pages", "boot files",
    ):  # fmt: skip
        assert checks[subject]["health"] == "ok", checks[subject]
    assert sorted(tmp_path.rglob("*")) == before
    assert main(["--config", str(config)]) == 0
    assert f"ok       Debian mirror: {mirror} answers" in capsys.readouterr().out
    assert main(["--config", str(config), "--faults"]) == 0
    assert "Debian mirror" not in capsys.readouterr().out


def test_each_fault_is_named_with_what_to_do(
    oci: Installation, tmp_path: Path, mirror: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    dead = f"http://127.0.0.1:{port}/debian"
    more = served((port, port))
    config = write_config(tmp_path, extra=settings(dead, more))
    shutil.rmtree(tmp_path / "images")
    migrate.downgrade(oci.store.engine, OLDER)
    (tmp_path / "state/ssl/ca/oci-pki-root-ca.pem").unlink()
    code, checks = found(config, capsys)
    assert code == 1
    for subject in (
        "data base", "live image", "target image", "Debian mirror", "security mirror", "CA",
        "API and pages", "boot files",
    ):  # fmt: skip
        assert checks[subject]["health"] == "error", checks[subject]
        assert checks[subject]["advice"], subject
    assert "oci-db upgrade" in checks["data base"]["advice"]
    assert "oci-root-ca-gen" in checks["CA"]["advice"]
    assert migrate.current_revision(oci.store.engine) == OLDER


def test_a_certificate_that_ends_soon_is_seen(
    oci: Installation, tmp_path: Path, mirror: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    oci.authority.issue(["old.example.com"], [])
    config = write_config(tmp_path, extra=settings(mirror))
    for days, health in ((800, "warning"), (830, "error")):

        class Later(datetime):
            @classmethod
            def now(cls, tz: object = None, days: int = days) -> datetime:
                return datetime.now(UTC) + timedelta(days=days)

        monkeypatch.setattr("ocinstaller.actions.health.datetime", Later)
        _, checks = found(config, capsys)
        assert checks["certificate old.example.com"]["health"] == health
        assert "oci-certificates" in checks["certificate old.example.com"]["advice"]


@pytest.mark.mariadb
def test_a_data_base_that_is_away_is_one_fault_among_others(
    mariadb_server: DatabaseServer, tmp_path: Path, mirror: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = mariadb_server.fresh()
    config = write_config(tmp_path, database=url, extra=settings(mirror))
    open_installation(config)
    mariadb_server.kill()
    try:
        code, checks = found(config, capsys)
    finally:
        mariadb_server.start()
    assert code == 1 and checks["data base"]["health"] == "error"
    assert checks["Debian mirror"]["health"] == "ok"
    assert "oci-database" not in json.dumps(checks)


def test_a_wrong_configuration_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path, extra="[pki]\nkey_type = gold\n")
    assert main(["--config", str(config)]) == 2
    assert "key_type" in capsys.readouterr().err


def test_mirrors_are_asked_over_http(tmp_path: Path) -> None:
    (tmp_path / "debian/dists").mkdir(parents=True)
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        address = f"127.0.0.1:{server.server_port}"
        look(f"http://{address}/debian")
        look(f"http://{address}/debian/")
        with pytest.raises(MirrorError, match="404"):
            look(f"http://{address}/ubuntu")
        server.shutdown()
        thread.join()
    with pytest.raises(MirrorError):
        look("http://mirror.example.com/debian", proxy=address)
    for wrong in ("gopher://x/debian", "http://[/debian", "nonsense", f"file://{tmp_path}"):
        with pytest.raises(MirrorError):
            look(wrong)


def test_the_kernel_says_something_of_its_clock() -> None:
    assert clock.is_synchronised() in {True, False}


@given(st.binary(max_size=400))
def test_any_packet_is_understood_or_not(packet: bytes) -> None:
    assert dhcp_probe.offering_server(packet, 7) is None
    whole = dhcp_probe.discover(7, b"\x02\x00\x00\x00\x00\x01") + packet
    assert dhcp_probe.offering_server(whole, 7) is None


@pytest.mark.root
@pytest.mark.usefixtures("dnsmasq")
def test_a_real_server_is_found_on_its_interface(card: str) -> None:  # noqa: F811
    assert dhcp_probe.servers("eth0", card) == [IPv4Address("10.66.0.1")]
    with pytest.raises(dhcp_probe.ProbeError, match="eth7"):
        dhcp_probe.servers("eth7", card)


@pytest.mark.parametrize(
    ("servers", "status", "text"),
    [([], "error", "nobody offers"), ([IPv4Address("10.66.0.3")], "ok", "gives the addresses")],
)
def test_a_proxy_needs_the_server_that_gives_the_addresses(
    servers: list[IPv4Address],
    status: str,
    text: str,
    oci: Installation,
    mirror: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dhcp_probe, "servers", lambda *_: servers)
    proxy = "[dhcp]\nenabled = yes\ninterface = lo\nproxy = yes\n"
    _, checks = found(write_config(tmp_path, extra=settings(mirror, proxy)), capsys)
    assert checks["other DHCP servers"]["health"] == status
    assert text in checks["other DHCP servers"]["found"]
