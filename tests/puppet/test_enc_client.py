"""The external node classifier, run as puppetserver runs it."""

import stat
from pathlib import Path

import pytest

from tests.puppet.authority import TOKEN, Server
from tests.puppet.conftest import Run

NAME = "lab-controller-1.example.com"
YAML = b"classes:\n  ocinstaller::role::custom:\nenvironment: production\n"


def cached(tmp_path: Path) -> Path:
    return tmp_path / "cache" / f"{NAME}.yaml"


def test_prints_the_answer_and_keeps_it_for_its_owner_only(
    run: Run, server: Server, tmp_path: Path
) -> None:
    server.reply = (200, YAML)
    result = run("enc_client", NAME)
    assert (result.returncode, result.stdout, result.stderr) == (0, YAML, b"")
    assert [(seen.method, seen.path) for seen in server.seen] == [("GET", f"/puppet/v1/enc/{NAME}")]
    assert server.seen[0].authorization == f"Bearer {TOKEN}"
    assert cached(tmp_path).read_bytes() == YAML
    assert stat.S_IMODE(cached(tmp_path).stat().st_mode) == 0o600
    assert [path.name for path in cached(tmp_path).parent.iterdir()] == [f"{NAME}.yaml"]


def test_a_server_that_is_down_is_replaced_by_the_last_good_answer(
    run: Run, server: Server
) -> None:
    server.reply = (200, YAML)
    run("enc_client", NAME)
    server.stop()
    result = run("enc_client", NAME)
    assert (result.returncode, result.stdout) == (0, YAML)
    assert b"using the last good answer" in result.stderr
    server.stop = lambda: None


@pytest.mark.parametrize("reply", [(503, b"busy"), (500, b""), (200, b" \n"), (200, b"\xff")])
def test_a_broken_answer_neither_reaches_puppet_nor_replaces_the_good_one(
    run: Run, server: Server, tmp_path: Path, reply: tuple[int, bytes]
) -> None:
    server.reply = (200, YAML)
    run("enc_client", NAME)
    server.reply = reply
    result = run("enc_client", NAME)
    assert (result.returncode, result.stdout) == (0, YAML)
    assert cached(tmp_path).read_bytes() == YAML


def test_without_server_and_without_earlier_answer_the_run_fails(run: Run, server: Server) -> None:
    server.reply = (503, b"busy")
    result = run("enc_client", NAME)
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"503" in result.stderr


def test_an_unknown_machine_loses_its_earlier_answer(
    run: Run, server: Server, tmp_path: Path
) -> None:
    server.reply = (200, YAML)
    run("enc_client", NAME)
    server.reply = (404, b'{"title": "no such machine"}')
    result = run("enc_client", NAME)
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"is unknown to OCI" in result.stderr
    assert not cached(tmp_path).exists()
    server.reply = (503, b"busy")
    assert run("enc_client", NAME).returncode == 1


@pytest.mark.parametrize("status", [302, 401, 403, 409])
def test_a_refusal_is_never_answered_from_the_cache(run: Run, server: Server, status: int) -> None:
    server.reply = (200, YAML)
    run("enc_client", NAME)
    server.reply = (status, b"{}")
    result = run("enc_client", NAME)
    assert (result.returncode, result.stdout) == (1, b"")
    assert str(status).encode() in result.stderr


@pytest.mark.parametrize(
    "name",
    ["", "../etc/passwd", "a/b", "A.example.com", "-x", "a..b", ".a", "a.", "x" * 300, "a\n"],
)
def test_a_name_that_is_no_certificate_name_is_refused(run: Run, server: Server, name: str) -> None:
    result = run("enc_client", name)
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"allowed:" in result.stderr
    assert server.seen == []


def test_a_server_with_another_certificate_gets_no_token(
    run: Run, server: Server, client_conf: Path
) -> None:
    elsewhere = Path("/etc/ssl/certs/ca-certificates.crt")
    conf = client_conf.read_text().replace(str(server.ca_file), str(elsewhere))
    client_conf.write_text(conf)
    server.reply = (200, YAML)
    result = run("enc_client", NAME)
    assert (result.returncode, result.stdout, server.seen) == (1, b"", [])
    assert b"CERTIFICATE_VERIFY_FAILED" in result.stderr


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("url = http://10.0.0.1", b"allowed: https://"),
        ("url = https://user:secret@10.0.0.1", b"allowed: https://"),
        ("url = https://10.0.0.1:99999", b"allowed: https://"),
        ("url =", b"lacks url"),
    ],
)
def test_a_wrong_setting_is_named(run: Run, client_conf: Path, line: str, named: bytes) -> None:
    lines = client_conf.read_text().splitlines()
    lines[1] = line
    client_conf.write_text("\n".join(lines))
    result = run("enc_client", NAME)
    assert result.returncode == 1
    assert named in result.stderr


def test_an_unwritable_cache_is_a_warning(run: Run, server: Server, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the directory should be")
    server.reply = (200, YAML)
    result = run("enc_client", NAME)
    assert (result.returncode, result.stdout) == (0, YAML)
    assert b"cannot keep the answer" in result.stderr


def test_usage(run: Run) -> None:
    assert run("enc_client").returncode == 2
    assert run("enc_client", "a", "b").returncode == 2
