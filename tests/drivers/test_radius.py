"""Logins by RADIUS, against a real FreeRADIUS."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pyrad.dictionary import Dictionary
from pyrad.packet import AuthPacket

from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.api.app import https_app
from ocinstaller.drivers.radius import RadiusAuthenticator
from ocinstaller.model.errors import Unavailable
from ocinstaller.web import pages
from tests.conftest import PASSWORD
from tests.support import write_config

pytestmark = pytest.mark.radius

SECRET = "what both know"
USERS = {"ada@example.com": "Ada's own password", "grace": "pässwörd 'with' \\ all"}

CONFIG = """
prefix = /usr
libdir = /usr/lib/freeradius
run_dir = {directory}
logdir = {directory}
pidfile = {directory}/pid
max_requests = 1024
log {{
  destination = stdout
}}
client localhost {{
  ipaddr = 127.0.0.1
  secret = "{secret}"
  require_message_authenticator = yes
}}
modules {{
  pap {{
  }}
  always ok {{
    rcode = ok
  }}
  files {{
    filename = {directory}/users
  }}
}}
server default {{
  listen {{
    type = auth
    ipaddr = 127.0.0.1
    port = {port}
  }}
  authorize {{
    files
    pap
  }}
  authenticate {{
    Auth-Type PAP {{
      pap
    }}
  }}
  post-auth {{
    {answer}
    ok
    Post-Auth-Type REJECT {{
      {answer}
      ok
    }}
  }}
}}
"""
READY = "Ready to process requests"
SIGNED = "update reply {\n      Message-Authenticator := 0x00\n    }"


@dataclass(frozen=True)
class Radius:
    """A running server."""

    port: int

    def authenticator(self, secret: str = SECRET, *, required: bool = True) -> RadiusAuthenticator:
        """Return our side of it."""
        return RadiusAuthenticator(
            "127.0.0.1", self.port, secret, require_message_authenticator=required
        )


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_server(directory: Path, answer: str) -> Iterator[Radius]:
    port = free_udp_port()
    lines = [
        f'{login} Cleartext-Password := "{password.replace(chr(92), chr(92) * 2)}"\n'
        for login, password in USERS.items()
    ]
    (directory / "users").write_text("".join(lines))
    text = CONFIG.format(directory=directory, port=port, secret=SECRET, answer=answer)
    (directory / "radiusd.conf").write_text(text)
    (directory / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n")
    server = subprocess.Popen(
        ["freeradius", "-f", "-l", "stdout", "-d", directory, "-n", "radiusd"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = []
        for line in server.stdout:
            said.append(line)
            if READY in line:
                break
        assert READY in said[-1], "".join(said)
        yield Radius(port)
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.fixture(scope="module")
def radius(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radius]:
    """Run a FreeRADIUS that signs its answers."""
    yield from run_server(tmp_path_factory.mktemp("radius"), SIGNED)


def test_right_and_wrong_passwords(radius: Radius) -> None:
    authenticator = radius.authenticator()
    for login, password in USERS.items():
        assert authenticator.verify(login, password, "")
        assert not authenticator.verify(login, password + "x", "")
    assert not authenticator.verify("nobody", "whatever it is", "")
    assert not authenticator.verify("grace", "", "")
    assert not authenticator.verify("grace", "x" * 129, "")


def test_another_secret_lets_nobody_in(radius: Radius, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocinstaller.drivers.radius._TIMEOUT_S", 0.1)
    with pytest.raises(Unavailable, match="does not answer"):
        radius.authenticator("another secret").verify("grace", USERS["grace"], "")


def test_a_server_that_is_away_is_not_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocinstaller.drivers.radius._TIMEOUT_S", 0.1)
    authenticator = Radius(free_udp_port()).authenticator()
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1 cannot be asked"):
        authenticator.verify("grace", USERS["grace"], "")


@contextmanager
def forger(signature: bytes | None) -> Iterator[Radius]:
    """Answer one question with "accepted", signed as given: like somebody between the two."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(30)

        def answer() -> None:
            raw, sender = udp.recvfrom(4096)
            reply = AuthPacket(secret=SECRET.encode(), dict=Dictionary(), packet=raw).CreateReply()
            if signature is not None:
                reply[80] = [signature]
            udp.sendto(reply.ReplyPacket(), sender)

        thread = threading.Thread(target=answer)
        thread.start()
        yield Radius(udp.getsockname()[1])
        thread.join(30)


def test_an_answer_without_signature_counts_only_when_that_is_allowed() -> None:
    with (
        forger(None) as radius,
        pytest.raises(Unavailable, match="no Message-Authenticator"),
    ):
        radius.authenticator().verify("grace", "guess", "")
    with forger(None) as radius:
        assert radius.authenticator(required=False).verify("grace", "guess", "")


@pytest.mark.parametrize("required", [True, False])
def test_an_answer_with_a_wrong_signature_never_counts(required: bool) -> None:
    with (
        forger(bytes(range(16))) as radius,
        pytest.raises(Unavailable, match="not made with our shared secret"),
    ):
        radius.authenticator(required=required).verify("grace", "guess", "")


@pytest.fixture
def installation(tmp_path: Path, fresh_installation: Path, radius: Radius) -> Installation:
    """Return an installation that asks the server."""
    shutil.copytree(fresh_installation, tmp_path, symlinks=True, dirs_exist_ok=True)
    section = (
        f"[radius]\nuse_radius = yes\nserver_hostname = 127.0.0.1\nport = {radius.port}\n"
        f"shared_secret = {SECRET}\n"
    )
    return open_installation(write_config(tmp_path, extra=section))


def test_a_radius_user_logs_in_to_api_and_pages(installation: Installation) -> None:
    app = https_app(installation, pages.router)
    admin = TestClient(app, base_url="https://oci.example.com", client=("127.0.0.1", 1))
    admin.auth = ("admin", PASSWORD)
    body = {"login": "grace", "source": "radius", "role": "viewer"}
    assert admin.post("/v1/users", json=body).status_code == 201
    grace = TestClient(app, base_url="https://oci.example.com", client=("192.0.2.1", 1))
    assert grace.get("/v1/machines", auth=("grace", "wrong")).status_code == 401
    grace.auth = ("grace", USERS["grace"].encode())
    assert grace.get("/v1/machines").status_code == 200
    assert grace.get("/v1/users").status_code == 403
    assert grace.put("/v1/me/password", json={"password": PASSWORD}).status_code == 422
    grace.auth = None
    form = {"login": "grace", "password": USERS["grace"]}
    assert "grace" in grace.post("/oci/login", data=form).text
    unknown = admin.get("/v1/machines", auth=("ada@example.com", USERS["ada@example.com"]))
    assert unknown.status_code == 401, "who is not in oci-userdb does not get in"
