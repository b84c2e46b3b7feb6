"""The autosign policy, run as puppetserver runs it."""

import pytest

from tests.puppet.authority import TOKEN, Server
from tests.puppet.conftest import Run

NAME = "lab-controller-1.example.com"
CSR = b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"


def test_signs_when_the_server_agrees(run: Run, server: Server) -> None:
    server.reply = (204, b"")
    assert run("autosign_client", NAME, stdin=CSR).returncode == 0
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("POST", f"/puppet/v1/autosign/{NAME}", CSR)
    assert seen.authorization == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [200, 302, 403, 404, 409, 500, 503])
def test_any_other_answer_leaves_the_request_unsigned(
    run: Run, server: Server, status: int
) -> None:
    server.reply = (status, b"")
    result = run("autosign_client", NAME, stdin=CSR)
    assert result.returncode == 1
    assert str(status).encode() in result.stderr


@pytest.mark.parametrize("body", [b"", b"x" * (64 * 1024 + 1)])
def test_an_empty_or_endless_request_never_reaches_the_server(
    run: Run, server: Server, body: bytes
) -> None:
    result = run("autosign_client", NAME, stdin=body)
    assert (result.returncode, server.seen) == (1, [])
    assert b"allowed: 1 to 65536" in result.stderr


def test_a_name_that_leaves_its_path_is_refused(run: Run, server: Server) -> None:
    result = run("autosign_client", "../v1/machines", stdin=CSR)
    assert (result.returncode, server.seen) == (1, [])


def test_usage(run: Run) -> None:
    assert run("autosign_client").returncode == 2
