"""`oci-userdb` on the server, and tokens, users and the audit through `ocicli`."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ocinstaller.cli.client import Login, UnreachableError
from ocinstaller.cli.userdb import main
from tests.cli.conftest import BIN, ServerProcess
from tests.conftest import PASSWORD
from tests.support import write_config

Userdb = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def userdb(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Userdb:
    """Run `oci-userdb` on a fresh installation, in this process: most of its time is its start."""
    config = write_config(tmp_path)

    def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        argv = ["--config", str(config), *arguments]
        try:
            code = main(argv)
        except SystemExit as left:
            code = left.code
        done = capsys.readouterr()
        return subprocess.CompletedProcess(argv, code, done.out, done.err)

    return run


def userdb_process(server: ServerProcess, *arguments: str, given: str = "") -> int:
    command = [BIN / "oci-userdb", "--config", server.config, *arguments]
    return subprocess.run(command, input=given, text=True, timeout=60, check=False).returncode


def listed(userdb: Userdb) -> list[list[str]]:
    return [line.split("\t") for line in userdb("-l").stdout.splitlines()]


def test_userdb_adds_lists_changes_and_deletes(userdb: Userdb) -> None:
    visible = userdb("-a", "ada", PASSWORD)
    assert (visible.returncode, visible.stdout) == (0, "")
    assert "visible in the list of processes" in visible.stderr
    generated = userdb("-a", "bob", "--admin")
    assert len(generated.stdout.strip()) > 30 and generated.stderr == ""
    assert userdb("-a", "cy", "--role", "viewer", "--password-stdin", given=PASSWORD).stdout == ""
    radius = userdb("-r", "dee@example.com")
    assert radius.returncode == 0 and "use_radius" in radius.stderr
    assert listed(userdb) == [
        ["ada", "operator", "password", "active"],
        ["bob", "administrator", "password", "active"],
        ["cy", "viewer", "password", "active"],
        ["dee@example.com", "operator", "radius", "active"],
    ]
    assert userdb("-p", "dee@example.com", "--password-stdin", given=PASSWORD).returncode == 0
    assert userdb("-d", "ada").returncode == 0
    assert [row[2] for row in listed(userdb)] == ["password"] * 3


@pytest.mark.parametrize(
    ("arguments", "given", "code", "said"),
    [
        (("-a", "ada", "short"), "", 1, "8 characters to 72 bytes"),
        (("-a", "ada", "--password-stdin"), "short", 1, "8 characters to 72 bytes"),
        (("-a", "a b", PASSWORD), "", 1, "login: 'a b' is not allowed"),
        (("-d", "nobody"), "", 1, "no user named 'nobody'; there are: none"),
        (("-p", "nobody"), "", 1, "no user named 'nobody'"),
        (("-d", "ada", PASSWORD), "", 2, "goes with -a and -p only"),
        (("-a", "ada", PASSWORD, "--password-stdin"), "", 2, "exclude each other"),
        (("-a", "ada", "--role", "king"), "", 2, "invalid choice"),
        ((), "", 2, "required"),
    ],
)
def test_userdb_refuses(
    userdb: Userdb, arguments: tuple[str, ...], given: str, code: int, said: str
) -> None:
    done = userdb(*arguments, given=given)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert listed(userdb) == []


def test_users_tokens_and_audit_through_ocicli(server: ServerProcess) -> None:
    made = server.ocicli(
        "user-create", "ci", "--role", "operator", "--password-stdin", input=PASSWORD
    )
    assert made.returncode == 0, made.stderr
    as_ci = {"OCI_LOGIN": "ci"}
    token = json.loads(server.ocicli("token-create", "pipeline", "-f", "json", **as_ci).stdout)
    with_token = {"OCI_LOGIN": "", "OCI_PASS": "", "OCI_TOKEN": token["token"]}
    assert server.ocicli("swift-region-create", "r1", **with_token).returncode == 0
    refused = server.ocicli("user-list", **with_token)
    assert refused.returncode == 1 and "takes the permission administer" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert server.ocicli("user-set", "ci", "--source", "radius").returncode == 0
    assert server.ocicli("user-set", "ci", "--password-stdin", input=PASSWORD).returncode == 1
    assert server.ocicli("user-set", "ci", "--activate", "no").returncode == 0
    assert server.ocicli("machine-list", **with_token).returncode == 1
    assert server.ocicli("token-delete", "pipeline").returncode == 0
    assert server.ocicli("user-delete", "ci").returncode == 0
    records = json.loads(server.ocicli("audit-list", "-f", "json").stdout)
    assert [(r["action"], r["result"]) for r in records] == [
        ("user-delete", "done"), ("token-delete", "done"), ("user-set", "done"),
        ("user-set", "refused"), ("user-set", "done"),
        ("user-list", "refused"), ("swift-region-create", "done"), ("token-create", "done"),
        ("user-create", "done"),
    ]  # fmt: skip
    found = server.ocicli(
        "audit-list", "--actor", "ci", "--action", "swift-region-create", "-f", "csv"
    )
    assert found.stdout.count("\n") == 2 and "swift region r1" in found.stdout
    assert token["token"] not in server.log.read_text()
    assert server.ocicli("audit-list", "--since", "yesterday").returncode == 1


def test_what_commands_change_is_recorded(server: ServerProcess) -> None:
    assert userdb_process(server, "-a", "ada", "--password-stdin", given=PASSWORD) == 0
    assert userdb_process(server, "-d", "nobody") == 1
    assert (
        server.ocicli(
            "user-password", "--password-stdin", input="another password", OCI_LOGIN="ada"
        ).returncode
        == 0
    )
    records = json.loads(server.ocicli("audit-list", "-f", "json").stdout)
    assert [(r["action"], r["object"], r["result"]) for r in records] == [
        ("user-password", "user ada", "done"),
        ("oci-userdb", "user nobody", "refused"),
        ("oci-userdb", "user ada", "done"),
    ]
    assert records[2]["actor"] and not records[2]["address"]


def test_a_token_takes_the_place_of_login_and_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCI_API_URL", "https://oci.example.com/")
    for name in ("OCI_LOGIN", "OCI_PASS", "OCI_CACERT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OCI_TOKEN", "oci_x")
    login = Login.from_environment()
    assert (login.url, login.authorization) == ("https://oci.example.com", "Bearer oci_x")
    assert "oci_x" not in repr(login)
    monkeypatch.delenv("OCI_TOKEN")
    with pytest.raises(UnreachableError, match="set OCI_LOGIN, OCI_PASS"):
        Login.from_environment()


def test_an_administrator_sets_a_secret_of_a_cluster(server: ServerProcess) -> None:
    assert server.ocicli("cluster-create", "cl1", "example.com").returncode == 0
    listed = json.loads(server.ocicli("password-list", "cl1", "-f", "json").stdout)
    assert {"id": "cl1.keystone_admin", "type": "random-text"}.items() <= {
        key: value
        for row in listed
        if row["name"] == "keystone_admin"
        for key, value in row.items()
    }.items()
    secret = "a-password-from-a-pipe"
    done = server.ocicli("password-set", "cl1.keystone_admin", "--password-stdin", input=secret)
    assert done.returncode == 0 and "nothing: no machine" in done.stdout
    shown = server.ocicli("password-show", "cl1.keystone_admin", "-f", "value", "-c", "value")
    assert shown.stdout.strip() == secret
    refused = server.ocicli("password-set", "cl1.keystone_admin", "--password-stdin", input="short")
    assert refused.returncode == 1 and "12 to 128" in refused.stderr
    assert secret not in server.log.read_text()
