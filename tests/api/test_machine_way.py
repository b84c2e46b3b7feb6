"""The way of a machine through the server: boot, report, enrolment, plan, events, Puppet."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ocinstaller.actions import boot_decision, users
from ocinstaller.actions.context import Installation
from ocinstaller.model.hardware import REPORT_LIMIT
from ocinstaller.store.tables import Machine, MachineMac, Secret
from tests.support import mac, report

KEY = "k" * 43


def bearer(key: str = KEY) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def send_report(client: TestClient, number: int = 1, key: str = KEY, nonce: str = "") -> Response:
    headers = bearer(key) | ({"X-OCI-Boot": nonce} if nonce else {})
    return client.post(
        "/node/v1/report", content=report(number).model_dump_json(), headers=headers, auth=None
    )


def send_event(client: TestClient, event: str, plan_id: str, reason: str = "") -> Response:
    document = {"serial": "SERIAL0001", "event": event, "plan_id": plan_id, "reason": reason}
    return client.post("/node/v1/event", json=document, headers=bearer(), auth=None)


def define_cluster(client: TestClient) -> None:
    for path, body in (
        ("swift-regions", {"name": "r1"}),
        ("locations", {"name": "z1", "swift_region": "r1"}),
        (
            "networks",
            {"name": "int", "ip": "10.1.0.0", "cidr": 24, "location": "z1", "is_public": False},
        ),
        (
            "networks",
            {"name": "pub", "ip": "10.2.0.0", "cidr": 24, "location": "z1", "is_public": True},
        ),
        ("clusters", {"name": "cl1", "domain": "example.com"}),
    ):
        assert client.post(f"/v1/{path}", json=body).status_code == 201
    for name, role, iface in (("int", "all", "eth0"), ("pub", "controller", "eth1")):
        body = {"cluster": "cl1", "role": role, "iface1": iface}
        assert client.put(f"/v1/networks/{name}/assignment", json=body).status_code == 200


def enrol(client: TestClient, role: str = "controller", serial: str = "SERIAL0001") -> Response:
    body = {"cluster": "cl1", "role": role, "location": "z1"}
    return client.put(f"/v1/machines/{serial}/enrolment", json=body)


def nonce_of(starter: TestClient, number: int = 1) -> str:
    text = starter.get(f"/boot/ipxe?mac={mac(number)}").text
    return re.search(r"oci\.boot=(\S+)", text)[1]


@pytest.fixture
def installing(operator: TestClient) -> dict[str, object]:
    """Bring machine 1 to its installation; return the plan."""
    define_cluster(operator)
    assert send_report(operator).json()["kind"] == "wait"
    assert enrol(operator).status_code == 200
    answer = operator.post("/v1/machines/SERIAL0001/installation")
    assert answer.status_code == 202
    plan = operator.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None)
    assert plan.status_code == 200
    return plan.json()


def test_a_machine_gets_name_addresses_and_plan(
    operator: TestClient, installing: dict[str, object]
) -> None:
    assert installing["hostname"] == "cl1-controller-1.example.com"
    assert send_report(operator).json() == {"kind": "install", "interval_s": 5.0}
    files = {file["path"]: file for file in installing["files"]}
    assert (
        "10.1.0.2 cl1-controller-1.example.com cl1-controller-1" in files["/etc/hosts"]["content"]
    )
    assert "10.2.0.2 cl1-api.example.com" in files["/etc/hosts"]["content"]
    assert "Address=10.1.0.2/24" in files["/etc/systemd/network/10-oci-eth0.network"]["content"]
    assert "Gateway=10.1.0.1" in files["/etc/systemd/network/10-oci-eth0.network"]["content"]
    assert "Address" not in files["/etc/systemd/network/10-oci-eth1.network"]["content"].replace(
        "LinkLocalAddressing", ""
    ).replace("MACAddress", "")
    assert installing["image"]["url"].startswith("http://127.0.0.1/images/target/")


def test_whatever_holds_a_key_or_token_is_for_root_only(installing: dict[str, object]) -> None:
    for file in installing["files"]:
        secret = "PRIVATE KEY" in file["content"] or "csr_attributes" in file["path"]
        assert not secret or file["mode"] == 0o600, file["path"]


def test_the_certificates_carry_names_and_addresses(
    oci: Installation, installing: dict[str, object], tmp_path: Path
) -> None:
    files = {file["path"]: file["content"] for file in installing["files"]}
    for name, address, path in (
        (
            "cl1-controller-1.example.com",
            "10.1.0.2",
            "/etc/ssl/oci/cl1-controller-1.example.com.pem",
        ),
        ("cl1-api.example.com", "10.2.0.2", "/etc/ssl/oci/cl1-api.example.com.pem"),
    ):
        leaf = tmp_path / "leaf.pem"
        leaf.write_text(files[path])
        for option, value in (("-verify_hostname", name), ("-verify_ip", address)):
            subprocess.run(
                ["openssl", "verify", "-CAfile", oci.authority.root_file, "-untrusted", leaf, option, value, leaf],
                check=True, timeout=30,
            )  # fmt: skip


def test_the_plan_is_the_same_until_the_installation_ends(
    operator: TestClient, installing: dict[str, object]
) -> None:
    again = operator.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None).json()
    assert again == installing
    assert (
        send_event(operator, "install-failed", installing["plan_id"], "disk too small").status_code
        == 204
    )
    assert (
        operator.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None).status_code
        == 409
    )
    machine = operator.get("/v1/machines/SERIAL0001").json()["machine"]
    assert (machine["status"], machine["status_reason"]) == ("live", "disk too small")
    operator.post("/v1/machines/SERIAL0001/installation")
    other = operator.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None).json()
    assert other["plan_id"] != installing["plan_id"]


def test_an_installed_machine_starts_from_its_disk(
    operator: TestClient, starter: TestClient, installing: dict[str, object]
) -> None:
    address = mac(1).replace(":", "-")
    assert "oci.boot=" in starter.get(f"/boot/pxelinux/pxelinux.cfg/01-{address}").text
    for event, status in (
        ("install-started", "installing"),
        ("installed", "firstboot"),
        ("installed", "firstboot"),
        ("booted", "installed"),
    ):
        assert send_event(operator, event, installing["plan_id"]).status_code == 204
        assert operator.get("/v1/machines/SERIAL0001").json()["machine"]["status"] == status
    for number in (mac(1), mac(1, 1)):
        assert "oci.boot=" not in starter.get(f"/boot/ipxe?mac={number}").text
        assert "exit" in starter.get(f"/boot/ipxe?mac={number}").text
    assert "chain.c32" in starter.get(f"/boot/pxelinux/pxelinux.cfg/01-{address}").text
    assert operator.post("/v1/machines/cl1-controller-1.example.com/live").status_code == 202
    assert "oci.boot=" in starter.get(f"/boot/ipxe?mac={mac(1)}").text


def test_grub_is_told_the_same_by_tftp(
    oci: Installation, operator: TestClient, installing: dict[str, object]
) -> None:
    def ask(name: str) -> bytes | Path | None:
        return boot_decision.find_for_grub(oci, {"grub/grub.cfg": Path("/first")}, name)

    live = ask(f"grub/machine/{mac(1)}")
    assert isinstance(live, bytes) and b"oci.boot=" in live
    kernel, initrd = re.findall(rb"\(tftp,127\.0\.0\.1\)/([^ ;]+)", live)
    for name, text in ((kernel, "vmlinuz"), (initrd, "initrd.img")):
        found = ask(name.decode())
        assert isinstance(found, Path) and found.is_file() and found.name == text
    for event in ("install-started", "installed"):
        assert send_event(operator, event, installing["plan_id"]).status_code == 204
    local = ask(f"grub/machine/{mac(1)}")
    assert isinstance(local, bytes) and b"chainloader" in local and b"oci.boot=" not in local
    assert ask("grub/grub.cfg") == Path("/first")
    for nothing in ("grub/machine/nonsense", "images/live/../../secret", "etc/passwd", ""):
        assert ask(nothing) is None


def test_an_unknown_machine_starts_the_live_system(starter: TestClient) -> None:
    text = starter.get(f"/boot/ipxe?mac={mac(99)}").text
    assert "boot=live" in text and "oci.url=https://127.0.0.1" in text
    assert starter.get("/boot/ipxe?mac=nonsense").status_code == 422
    assert starter.get("/boot/pxelinux/pxelinux.cfg/default").status_code == 404
    assert starter.get("/boot/pxelinux/ldlinux.c32").status_code == 200
    size = starter.head("/boot/pxelinux/snponly.efi").headers["content-length"]
    assert int(size) == len(starter.get("/boot/pxelinux/snponly.efi").content)
    assert starter.get("/boot/pxelinux/..%2f..%2fetc%2fpasswd").status_code == 404
    assert starter.get("/images/live/current/filesystem.squashfs").status_code in {200, 404}
    assert starter.get("/images/live/..%2f..%2fx/filesystem.squashfs").status_code == 404


def test_log_lines_are_stored_once_and_in_order(
    operator: TestClient, installing: dict[str, object]
) -> None:
    def send(*numbers: int) -> Response:
        lines = [{"seq": n, "step": "partition", "text": f"line {n}"} for n in numbers]
        batch = {"serial": "SERIAL0001", "plan_id": installing["plan_id"], "lines": lines}
        return operator.post("/node/v1/log", json=batch, headers=bearer(), auth=None)

    assert send(0, 1).status_code == 204
    assert send(0, 1, 2).status_code == 204
    gap = send(4)
    assert (gap.status_code, gap.json()["next_seq"]) == (409, 3)
    log = operator.get("/v1/machines/SERIAL0001/installation/log").json()
    assert [line["text"] for line in log] == ["line 0", "line 1", "line 2"]
    later = operator.get(f"/v1/machines/SERIAL0001/installation/log?after={log[1]['id']}").json()
    assert [line["seq"] for line in later] == [2]


def test_only_the_key_of_the_first_report_reports(
    operator: TestClient, starter: TestClient
) -> None:
    assert send_report(operator).status_code == 200
    forged = send_report(operator, key="another" * 6)
    assert forged.status_code == 403
    assert "the key is not that of machine SERIAL0001" in forged.json()["detail"]
    nonce = nonce_of(starter)
    assert send_report(operator, key="restarted" * 5, nonce=nonce).status_code == 200
    assert send_report(operator).status_code == 403
    assert send_report(operator, key="thief" * 9, nonce=nonce).status_code == 403
    assert send_report(operator, key="thief" * 9, nonce=nonce_of(starter, 2)).status_code == 403


def test_another_machine_with_the_same_serial_number_is_refused_and_named(
    operator: TestClient, starter: TestClient
) -> None:
    assert send_report(operator).status_code == 200
    twin = report(2, serial="SERIAL0001").model_dump_json()

    def twin_reports() -> Response:
        headers = bearer("t" * 43) | {"X-OCI-Boot": nonce_of(starter, 2)}
        return operator.post("/node/v1/report", content=twin, headers=headers, auth=None)

    refused = [twin_reports() for _ in range(3)]
    assert {answer.status_code for answer in refused} == {409}
    assert "other hardware addresses" in refused[0].json()["detail"]
    (line,) = operator.get("/v1/machines/SERIAL0001/installation/log").json()
    assert line["level"] == "warning" and mac(2) in line["text"], "once, not for each report"
    assert send_report(operator).status_code == 200, "the first one is as it was"
    nics = operator.get("/v1/machines/SERIAL0001").json()["hardware"]["nics"]
    assert mac(2) not in {nic["mac"] for nic in nics}
    # The same machine with new cards comes back when an operator wants it to.
    assert operator.post("/v1/machines/SERIAL0001/live").status_code == 202
    assert twin_reports().status_code == 200


def test_hardware_addresses_cannot_be_claimed_by_another_machine(
    oci: Installation, operator: TestClient
) -> None:
    assert send_report(operator).status_code == 200
    document = report(1, serial="FORGED").model_dump_json()
    answer = operator.post("/node/v1/report", content=document, headers=bearer("x" * 43), auth=None)
    assert answer.status_code == 403 and "SERIAL0001" in answer.json()["detail"]
    with oci.store.read() as session:
        assert session.scalars(select(Machine.serial)).all() == ["SERIAL0001"]


def test_strangers_from_elsewhere_are_refused(oci: Installation, anonymous: TestClient) -> None:
    stranger = TestClient(anonymous.app, client=("203.0.113.9", 1))
    answer = send_report(stranger)
    assert answer.status_code == 403 and "127.0.0.0/8" in answer.json()["allowed"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"\xff\x00garbage" * 1_200_000, 413),
        (b'{"serial": "' + b"A" * (REPORT_LIMIT + 1) + b'"}', 413),
        (b"garbage", 422),
        (b"[]", 422),
        (b'{"serial": 7, "firmware": "bios"}', 422),
        (b'{"serial": "A", "firmware": "bios", "nics": "none"}', 422),
        (b'{"serial": "A\\u0000", "firmware": "bios"}', 422),
    ],
    ids=["10 MB", "large", "no JSON", "list", "wrong type", "wrong list", "control character"],
)
def test_garbage_is_refused_logged_and_leaves_no_trace(
    oci: Installation,
    anonymous: TestClient,
    caplog: pytest.LogCaptureFixture,
    content: bytes,
    status: int,
) -> None:
    answer = anonymous.post("/node/v1/report", content=content, headers=bearer(), auth=None)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(record.message == "refused" for record in caplog.records)
    with oci.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Machine)) == 0
        assert session.scalar(select(func.count()).select_from(MachineMac)) == 0


def test_a_body_that_lies_about_its_size_is_refused_while_it_comes(anonymous: TestClient) -> None:
    pieces = (b"x" * 100_000 for _ in range(100))
    answer = anonymous.post("/node/v1/report", content=pieces, headers=bearer(), auth=None)
    assert answer.status_code == 413


def certificate_request(name: str, token: str | None) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if token is not None:
        builder = builder.add_attribute(x509.oid.AttributeOID.CHALLENGE_PASSWORD, token.encode())
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def puppetserver(oci: Installation, operator: TestClient) -> TestClient:
    token = oci.store.write(lambda session: users.issue_service_token(session, "puppet"))
    client = TestClient(operator.app)
    client.headers = bearer(token)
    return client


def test_the_node_classifier_knows_enrolled_machines_only(
    puppetserver: TestClient, installing: dict[str, object]
) -> None:
    document = yaml.safe_load(puppetserver.get("/puppet/v1/enc/cl1-controller-1.example.com").text)
    assert set(document["classes"]) == {"ocinstaller", "ocinstaller::role::controller"}
    parameters = document["classes"]["ocinstaller"]
    assert parameters["machine_address"] == "10.1.0.2"
    assert (parameters["vip_address"], parameters["vip_interface"]) == ("10.2.0.2", "eth1")
    assert parameters["is_bootstrap"] is True
    assert len(parameters["secrets"]["keystone_admin"]) >= 20
    unknown = puppetserver.get("/puppet/v1/enc/nobody.example.com")
    assert unknown.status_code == 404 and "nobody.example.com" in unknown.json()["detail"]
    puppetserver.headers = bearer("wrong")
    assert puppetserver.get("/puppet/v1/enc/cl1-controller-1.example.com").status_code == 401


def test_a_cluster_older_than_a_secret_gets_it_when_it_is_needed(
    puppetserver: TestClient, oci: Installation, installing: dict[str, object]
) -> None:
    def forget(session: Session) -> None:
        session.execute(delete(Secret).where(Secret.name == "keystone_admin"))

    where = "/puppet/v1/enc/cl1-controller-1.example.com"
    oci.store.write(forget)
    made = yaml.safe_load(puppetserver.get(where).text)["classes"]["ocinstaller"]["secrets"]
    assert len(made["keystone_admin"]) >= 20
    assert made == yaml.safe_load(puppetserver.get(where).text)["classes"]["ocinstaller"]["secrets"]


def test_certificates_are_signed_for_the_installation_only(
    operator: TestClient, puppetserver: TestClient, installing: dict[str, object]
) -> None:
    name = "cl1-controller-1.example.com"
    files = {file["path"]: file["content"] for file in installing["files"]}
    token = re.search(r'"(.+)"', files["/etc/puppet/csr_attributes.yaml"])[1]

    def ask(certname: str, request: bytes) -> int:
        return puppetserver.post(f"/puppet/v1/autosign/{certname}", content=request).status_code

    assert ask(name, certificate_request(name, token)) == 204
    assert ask(name, certificate_request(name, token)) == 204
    assert ask(name, certificate_request(name, "guess")) == 403
    assert ask(name, certificate_request(name, None)) == 403
    assert ask("evil.example.com", certificate_request(name, token)) == 403
    assert ask(name, certificate_request("evil.example.com", token)) == 403
    assert ask(name, b"garbage") == 403
    for event in ("installed", "booted", "puppet-running", "puppet-success"):
        assert send_event(operator, event, installing["plan_id"]).status_code == 204
    assert ask(name, certificate_request(name, token)) == 403
    cluster = operator.get("/v1/clusters/cl1").json()
    assert cluster["initial_cluster_setup"] is False
    assert "not highly available" in cluster["notice"]
