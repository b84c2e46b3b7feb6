"""What the site adds to installed systems: files, packages, lines of /etc/hosts."""

import os
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient

from ocinstaller.actions.context import Installation
from ocinstaller.actions.puppet import classify_machine
from tests.api.test_machine_way import bearer, define_cluster, enrol, send_report

HOST = "cl1-custom-1.example.com"


@pytest.fixture
def places(oci: Installation, operator: TestClient) -> Path:
    """Where the site's directories of cluster cl1 are, which has a member of role custom."""
    define_cluster(operator)
    send_report(operator)
    enrol(operator, "custom")
    place = Path(oci.conf.server.state_dir) / "clusters/cl1"
    oci.conf.set_override("hosts_append", str(place / "hosts_append"), "server")
    place.mkdir(parents=True)
    return place


def write(file: Path, text: str, mode: int = 0o644) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def plan(client: TestClient) -> dict[str, dict[str, object]]:
    """Return the files of the plan that the machine fetches, by path."""
    assert client.post("/v1/machines/SERIAL0001/installation").status_code == 202
    answer = client.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None)
    return {file["path"]: file for file in answer.json()["files"]}


def refusal(client: TestClient) -> str:
    answer = client.post("/v1/machines/SERIAL0001/installation")
    assert answer.status_code == 409, answer.text
    assert client.get("/v1/machines/SERIAL0001").json()["machine"]["status"] == "live"
    return str(answer.json()["detail"])


def test_files_of_cluster_role_and_machine_are_in_the_plan(
    places: Path, operator: TestClient
) -> None:
    for place, text in (("all", "all"), ("roles/custom", "role"), (HOST, "own")):
        write(places / place / "oci-in-target/etc/site" / f"{text}.conf", text)
        write(places / place / "oci-in-target/etc/site/same.conf", text, 0o640)
    write(places / "roles/compute/oci-in-target/etc/site/compute.conf", "not mine")
    files = plan(operator)
    added = {path: file["content"] for path, file in files.items() if "/etc/site/" in path}
    assert added == {
        "/etc/site/all.conf": "all", "/etc/site/role.conf": "role", "/etc/site/own.conf": "own",
        "/etc/site/same.conf": "own",
    }  # fmt: skip
    same = files["/etc/site/same.conf"]
    assert (same["mode"], same["owner"], same["group"]) == (0o640, "root", "root")
    shown = operator.get("/v1/machines/SERIAL0001/installation/plan").json()
    assert shown["extra_files"] == sorted(added)


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("etc/hosts", b"x", "OCI writes itself"),
        ("etc/shadow", b"x", "OCI writes itself"),
        ("root/.ssh/authorized_keys", b"x", "OCI writes itself"),
        ("etc/binary", b"\xff\xfe\x00", "UTF-8"),
        ("etc/nul", b"a\0b", "no text"),
        ("etc/large", b"x" * (1024 * 1024 + 1), "too large"),
    ],
)
def test_files_that_cannot_be_carried_are_named(
    places: Path, operator: TestClient, path: str, content: bytes, said: str
) -> None:
    file = places / "all/oci-in-target" / path
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    reason = refusal(operator)
    assert f"/{path}" in reason and said in reason
    file.unlink()
    plan(operator)


@pytest.mark.parametrize("kind", ["link", "directory link", "pipe"])
def test_only_regular_files_are_carried(places: Path, operator: TestClient, kind: str) -> None:
    root = places / "all/oci-in-target/etc"
    root.mkdir(parents=True)
    if kind == "pipe":
        os.mkfifo(root / "odd")
    else:
        (root / "odd").symlink_to("/etc/shadow" if kind == "link" else "/etc")
    assert "etc/odd" in refusal(operator)


def test_packages_reach_the_machine_through_puppet(
    places: Path, operator: TestClient, oci: Installation
) -> None:
    def parameters() -> dict[str, object]:
        with oci.store.read() as session:
            text = classify_machine(session, oci, HOST)
        return dict(yaml.safe_load(text)["classes"]["ocinstaller"])

    assert "extra_packages" not in parameters()
    write(places / "all/oci-packages-list", "tcpdump, tmux # tools\n\nncdu\n")
    write(places / HOST / "oci-packages-list", "libstdc++6 tmux")
    wanted = ["libstdc++6", "ncdu", "tcpdump", "tmux"]
    assert parameters()["extra_packages"] == wanted
    shown = operator.get("/v1/machines/SERIAL0001/installation/plan").json()
    assert shown["extra_packages"] == wanted
    write(places / "roles/custom/oci-packages-list", "tmux\n--purge\n")
    refused = operator.get("/v1/machines/SERIAL0001/installation/plan")
    assert refused.status_code == 409
    assert "roles/custom/oci-packages-list: line 2: '--purge'" in refused.json()["detail"]


def test_lines_of_the_site_follow_ocis_part_of_the_hosts_file(
    places: Path, operator: TestClient
) -> None:
    write(places / "hosts_append", "192.0.2.1 one.example.com one # the first\n2001:db8::1 two")
    hosts = str(plan(operator)["/etc/hosts"]["content"])
    own, _, after = hosts.partition("# OCIFIN_MAINTAINED")
    assert HOST in own
    assert after.splitlines()[1:] == [
        "192.0.2.1 one.example.com one # the first",
        "2001:db8::1 two",
    ]
    assert hosts.endswith("\n")


@pytest.mark.parametrize("line", ["one 192.0.2.1", "192.0.2.1", "192.0.2.1 a_b;c"])
def test_a_wrong_line_of_the_hosts_file_is_named(
    places: Path, operator: TestClient, line: str
) -> None:
    write(places / "hosts_append", f"# fine\n{line}\n")
    assert "hosts_append: line 2" in refusal(operator)
