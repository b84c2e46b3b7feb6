"""What the original's machines ask: reports, status, boot script, files."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ocinstaller.actions.context import Installation
from ocinstaller.api.app import boot_app
from ocinstaller.api.compat.hardware import MACHINE_FALLBACKS, parse_report
from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.hardware import DiskKind, Firmware
from ocinstaller.store.tables import Machine
from tests.api.test_machine_way import define_cluster, enrol, nonce_of, send_report
from tests.support import report

REPORTS = Path(__file__).parent.parent.parent / "contract" / "reports"
MINIMAL = {"machine": [{"serial": "SERIAL0001"}], "memory": [{"size": "4096"}]}


def document(**machine: object) -> dict[str, object]:
    """Return the smallest report that is accepted, with further fields of the machine."""
    return MINIMAL | {"machine": [{"serial": "SERIAL0001"} | machine]}


def post(client: TestClient, report: object) -> tuple[int, str]:
    """Send a report; return status and text."""
    body = report if isinstance(report, bytes) else json.dumps(report).encode()
    answer = client.post(
        "/oci/report.php", content=body, headers={"Content-Type": "application/json"}
    )
    return answer.status_code, answer.text


def machine(oci: Installation, serial: str = "SERIAL0001") -> Machine | None:
    """Return a machine as it is stored."""
    with oci.store.read() as session:
        return session.scalar(select(Machine).where(Machine.serial == serial))


def from_address(oci: Installation, address: str) -> TestClient:
    return TestClient(boot_app(oci), client=(address, 50000))


def test_the_original_report_is_understood_whole() -> None:
    read = parse_report((REPORTS / "store.json").read_bytes())
    assert read.serial == "SRV00001"
    assert read.memory_mib == 262144
    assert read.firmware is Firmware.UEFI and not read.secure_boot
    assert (read.cpu.sockets, read.cpu.cores, read.cpu.threads) == (2, 32, 64)
    assert len(read.block_devices) == 14
    assert read.block_devices[0].kind is DiskKind.SSD
    assert read.block_devices[2].kind is DiskKind.HDD
    assert read.nics[0].lldp.switch_port == "swp2" and read.nics[3].lldp is None
    assert read.bmc.address and read.controllers[0].kind
    assert read.failures == ()


def test_fields_have_their_fallbacks() -> None:
    read = parse_report(json.dumps(MINIMAL).encode())
    assert read.product.name == MACHINE_FALLBACKS["productname"]
    assert read.product.manufacturer == "Unknown"
    odd = document(productname="\u0007bell", cpu_mhz="fast", system_manufacturer="x" * 300)
    read = parse_report(json.dumps(odd).encode())
    assert (read.product.name, read.product.manufacturer, read.cpu.mhz) == (
        "Invalid.",
        "Invalid.",
        0,
    )


def test_what_makes_no_sense_is_named_not_lost() -> None:
    parts = {
        "blockdevices": [{"name": "sda", "size": "12"}, {"name": "sdb", "size": "4000787030016"}],
        "interfaces": [{"name": "eth0", "macaddr": "nonsense", "max_speed": "100"}],
        "phys-blockdevices": [{"slot": "x", "size": "4000787030016"}],
    }
    read = parse_report(json.dumps(MINIMAL | parts).encode())
    assert [device.name for device in read.block_devices] == ["sdb"]
    assert [f.collector for f in read.failures] == [
        "blockdevices", "interfaces", "phys-blockdevices",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "report"),
        (b"[]", "a JSON object"),
        (b"[" * 100_000, "a JSON object"),
        (b"\xff\xfe", "a JSON object"),
        ({}, "machine"),
        (MINIMAL | {"machine": []}, "exactly one"),
        (MINIMAL | {"memory": [{"size": "4096"}] * 2}, "exactly one"),
        (MINIMAL | {"memory": [{"size": "123456789012"}]}, "memory size"),
        (MINIMAL | {"memory": [{"size": "-1"}]}, "memory size"),
        (document(serial=""), "serial"),
        (document(serial="x" * 65), "serial"),
        (document(serial="a'; DROP TABLE machines; --"), "serial"),
        (document(serial=["a"]), "serial"),
        (MINIMAL | {"interfaces": "eth0"}, "a list of objects"),
    ],
)
def test_a_malformed_report_is_refused(
    oci: Installation, starter: TestClient, sent: object, said: str
) -> None:
    status, text = post(starter, sent)
    assert status == 422
    assert said in text and text.count("\n") == 1
    assert machine(oci) is None


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_ENTRY = st.dictionaries(
    st.sampled_from(["name", "realdev", "size", "model", "slot", "macaddr", "max_speed", "hwid",
                     "switchport_name", "switch_hostname", "serial", "cpu_sockets", "cpu_mhz",
                     "boot_uefi", "cpu_core_per_socket", "controller", "state"]),
    _JSON,
)  # fmt: skip
_PARTS = ["blockdevices", "phys-blockdevices", "interfaces", "blkdev_ctrl", "machine", "memory"]


@settings(max_examples=80, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(st.dictionaries(st.sampled_from(_PARTS), st.one_of(_JSON, st.lists(_ENTRY, max_size=3))))
def test_any_document_is_read_or_refused(parts: dict[str, object]) -> None:
    for candidate in (parts, MINIMAL | {k: v for k, v in parts.items() if k != "memory"}):
        try:
            parse_report(json.dumps(candidate).encode())
        except InvalidValue as error:
            assert error.field and error.allowed


def test_a_machine_introduces_itself_and_reports_again(
    oci: Installation, starter: TestClient
) -> None:
    assert post(starter, MINIMAL) == (200, "Ok\n")
    first = machine(oci)
    assert (first.status, first.report_counter, first.ipaddr, first.dhcp_ip) == (
        "live", 0, "127.0.0.1", "127.0.0.1",
    )  # fmt: skip
    assert post(starter, MINIMAL) == (200, "Ok\n")
    oci.sightings.flush()
    assert machine(oci).report_counter == 1
    changed = MINIMAL | {"memory": [{"size": "8192"}]}
    assert post(from_address(oci, "10.0.0.7"), changed) == (200, "Ok\n")
    again = machine(oci)
    assert (again.report_counter, again.memory_mib, again.ipaddr) == (2, 8192, "10.0.0.7")


def test_trusted_networks_decide_who_is_heard(oci: Installation) -> None:
    stranger = from_address(oci, "198.51.100.1")
    status, text = post(stranger, MINIMAL)
    assert (status, machine(oci)) == (403, None)
    assert "198.51.100.1 is not in a trusted network" in text
    assert stranger.get("/oci/install-status.php?status=live").status_code == 403
    assert post(from_address(oci, "10.0.0.7"), MINIMAL)[0] == 200
    oci.sightings.flush()
    assert post(stranger, MINIMAL)[0] == 403, "a repeated report neither"


def test_a_machine_with_a_key_is_left_alone(
    oci: Installation, operator: TestClient, starter: TestClient
) -> None:
    send_report(operator)
    before = machine(oci)
    status, text = post(starter, MINIMAL)
    assert status == 403 and "has a key" in text
    answer = starter.get("/oci/install-status.php?status=live&chassis-serial=SERIAL0001")
    assert answer.status_code == 403
    after = machine(oci)
    assert (after.report_counter, after.memory_mib, after.status) == (
        before.report_counter, before.memory_mib, before.status,
    )  # fmt: skip


def test_hardware_addresses_of_other_machines_are_refused(
    oci: Installation, operator: TestClient, starter: TestClient
) -> None:
    send_report(operator)
    mac = report(1).nics[0].mac
    thief = document(serial="THIEF") | {"interfaces": [{"name": "eth0", "macaddr": mac}]}
    assert post(starter, thief)[0] == 403
    assert machine(oci, "THIEF") is None


def test_our_live_system_binds_the_first_key(
    oci: Installation, operator: TestClient, starter: TestClient
) -> None:
    post(starter, MINIMAL)
    assert send_report(operator, key="a" * 43).status_code == 200
    assert post(starter, MINIMAL)[0] == 403, "from now on it has a key"
    assert send_report(operator, key="b" * 43).status_code == 403


def test_an_enrolled_machine_binds_its_key_only_with_our_offer(
    operator: TestClient, starter: TestClient
) -> None:
    define_cluster(operator)
    nics = [{"name": nic.name, "macaddr": nic.mac, "max_speed": "10000"} for nic in report(1).nics]
    assert post(starter, MINIMAL | {"interfaces": nics})[0] == 200
    assert enrol(operator).status_code == 200
    assert send_report(operator).status_code == 403
    assert send_report(operator, nonce=nonce_of(starter)).status_code == 200


def tell(client: TestClient, status: str, **more: str) -> int:
    """Tell a status; return the answer's."""
    answer = client.get("/oci/install-status.php", params={"status": status} | more)
    assert answer.text == "Ok\n" or answer.status_code >= 400
    return answer.status_code


def set_status(oci: Installation, status: str) -> None:
    def work(session: object) -> None:
        session.scalar(select(Machine)).status = status

    oci.store.write(work)


def test_a_machine_tells_its_way(oci: Installation, starter: TestClient) -> None:
    post(starter, MINIMAL)
    assert tell(starter, "live") == 200
    assert tell(starter, "installing") == 409, "nobody asked for it"
    set_status(oci, "installing")
    assert tell(starter, "installing", **{"chassis-serial": "SERIAL0001"}) == 200
    assert tell(starter, "firstboot") == 200
    assert machine(oci).status == "firstboot"
    assert tell(starter, "installed", ipaddr="10.1.0.9") == 200
    assert (machine(oci).status, machine(oci).ipaddr) == ("installed", "10.1.0.9")
    assert tell(starter, "live") == 200
    assert machine(oci).status == "installed", "only operators send it back"
    for told, kept in (("running", "running"), ("failure", "failure"), ("success", "success")):
        assert tell(starter, f"puppet-{told}") == 200
        assert machine(oci).puppet_status == kept


@pytest.mark.parametrize(
    ("status", "more", "code"),
    [
        ("", {}, 422),
        ("rebooting", {}, 422),
        ("live", {"chassis-serial": "NOBODY"}, 404),
        ("live", {"chassis-serial": "' OR '1'='1"}, 404),
        ("live", {"chassis-serial": "\0"}, 404),
    ],
)
def test_bad_status_is_refused(
    starter: TestClient, status: str, more: dict[str, str], code: int
) -> None:
    post(starter, MINIMAL)
    assert tell(starter, status, **more) == code


def test_a_bad_address_is_refused(oci: Installation, starter: TestClient) -> None:
    post(starter, MINIMAL)
    set_status(oci, "firstboot")
    assert tell(starter, "installed", ipaddr="10.1.0") == 422
    assert machine(oci).status == "firstboot"


def test_ipxe_is_sent_to_the_one_decision(starter: TestClient) -> None:
    script = starter.get("/oci/ipxe.php")
    assert script.text == ("#!ipxe\nchain --replace http://127.0.0.1/boot/ipxe?mac=${mac}\n")


def test_boot_files_are_where_the_original_has_them(starter: TestClient) -> None:
    for path, content in (
        ("/openstack-cluster-installer/filesystem.squashfs", b"live filesystem.squashfs"),
        ("/openstack-cluster-installer/tftp/live/vmlinuz", b"live vmlinuz"),
        ("/openstack-cluster-installer/tftp/live/initrd.img", b"live initrd.img"),
        ("/oci/live/vmlinuz", b"live vmlinuz"),
        ("/oci/live/initrd.img", b"live initrd.img"),
    ):
        answer = starter.get(path)
        assert answer.content.startswith(content), path
        size = starter.head(path).headers["content-length"]
        assert int(size) == len(answer.content)
    loader = Path("/usr/lib/ipxe/undionly.kpxe").read_bytes()
    assert starter.get("/oci/undionly.kpxe").content == loader
    assert starter.get("/openstack-cluster-installer/../etc/passwd").status_code == 404


def test_without_a_live_image_the_files_are_missing(
    oci: Installation, starter: TestClient, tmp_path: Path
) -> None:
    oci.conf.set_override("directory", str(tmp_path / "nothing"), "images")
    answer = starter.get("/oci/live/vmlinuz")
    assert answer.status_code == 404
    assert "oci-build-image live" in answer.json()["detail"]
