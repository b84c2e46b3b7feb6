"""The CA and the machine's key."""

import stat
from pathlib import Path

import pytest

from ocinstaller.agent.errors import AgentError, BadAnswer, Unreachable
from ocinstaller.agent.trust import download_ca, load_ca, load_key, load_or_make_key, tls_context

from .conftest import StartServer
from .server import Answer, Authority


def test_the_right_certificate(start_server: StartServer, authority: Authority) -> None:
    server = start_server(lambda request: Answer(200, authority.pem), tls=False)

    assert download_ca(f"{server.url}/ca.pem", authority.fingerprint) == authority.der


@pytest.mark.parametrize(
    "answer",
    [Answer(404), Answer(200, b""), Answer(200, b"\xff"), Answer(200, b"x" * 100_000)],
)
def test_no_certificate(start_server: StartServer, authority: Authority, answer: Answer) -> None:
    server = start_server(lambda request: answer, tls=False)

    with pytest.raises(BadAnswer):
        download_ca(f"{server.url}/ca.pem", authority.fingerprint)


def test_another_certificate_is_not_trusted(
    start_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = start_server(lambda request: Answer(200, Authority(tmp_path).pem), tls=False)

    with pytest.raises(BadAnswer, match=f"oci.ca is {authority.fingerprint}"):
        download_ca(f"{server.url}/ca.pem", authority.fingerprint)


def test_nobody_there(authority: Authority) -> None:
    with pytest.raises(Unreachable):
        download_ca("http://127.0.0.1:1/ca.pem", authority.fingerprint)


def test_bytes_that_are_no_certificate() -> None:
    with pytest.raises(BadAnswer, match="cannot be used"):
        tls_context(b"nothing")


def test_a_certificate_file(tmp_path: Path, authority: Authority) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority.pem)

    assert load_ca(file) == authority.der
    with pytest.raises(AgentError, match="ca_file"):
        load_ca(tmp_path / "missing")


def test_a_key_is_made_once_and_for_root_only(tmp_path: Path) -> None:
    file = tmp_path / "oci/agent.key"

    key = load_or_make_key(file)

    assert len(key) == 43
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_or_make_key(file) == key == load_key(file)
    assert [entry.name for entry in file.parent.iterdir()] == ["agent.key"]


def test_a_damaged_key_is_replaced_only_in_the_live_system(tmp_path: Path) -> None:
    file = tmp_path / "agent.key"
    file.write_text("short\n")

    with pytest.raises(AgentError, match="damaged"):
        load_key(file)
    assert len(load_or_make_key(file)) == 43
