"""The way of machines through OCI, for real: every fault on the way costs a repeat, no more.

The tests build on each other in their order, as the stages of the line do.
"""

import hashlib
import re
import ssl
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest

from ocinstaller.lab import scenario, server
from ocinstaller.lab.container import ContainerMachine
from ocinstaller.lab.errors import CommandError
from ocinstaller.lab.layout import CLUSTER, LOCATION, Machine
from ocinstaller.lab.stages import Line
from tests.e2e.waiting import WAIT_S, eventually

pytestmark = [pytest.mark.line, pytest.mark.root]

SCENARIO = scenario.load(scenario.DEFAULT)
CONTROLLER = SCENARIO.machine("controller")
VIRTUAL = [SCENARIO.machine("bios"), SCENARIO.machine("uefi")]
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def detail(line: Line, machine: Machine) -> dict[str, Any]:
    found: dict[str, Any] = line.cli.ask("machine-show", machine.serial)
    return found


def status(line: Line, machine: Machine) -> str | None:
    return (line.cli.machine(machine.serial) or {}).get("status")


def restart_server(line: Line) -> None:
    line.processes.kill(server.PROCESS)
    server.start(line.lab, line.processes)


def controller(line: Line) -> ContainerMachine:
    found = line.machines[CONTROLLER.name]
    assert isinstance(found, ContainerMachine)
    return found


def test_container_reports_its_hardware(line: Line) -> None:
    line.discover(CONTROLLER, print)
    found = detail(line, CONTROLLER)
    assert found["status"] == "live"
    assert {nic["mac"] for nic in found["nics"]} == set(CONTROLLER.macs)
    assert [disk["name"] for disk in found["block_devices"]] == [f"loop{CONTROLLER.loop_number}"]


def test_server_killed_while_machines_report(line: Line) -> None:
    before = detail(line, CONTROLLER)["report_counter"]
    restart_server(line)
    eventually(lambda: detail(line, CONTROLLER)["report_counter"] > before)
    assert status(line, CONTROLLER) == "live"


def test_server_killed_during_enrolment(line: Line) -> None:
    enrol = ("machine-add", CONTROLLER.serial, CLUSTER, CONTROLLER.role, LOCATION)
    results = []

    def work() -> None:
        try:
            results.append(line.cli(*enrol))
        except CommandError as error:
            results.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    line.processes.kill(server.PROCESS)
    thread.join()
    server.start(line.lab, line.processes)
    eventually(lambda: line.cli("machine-list"))
    if not line.cli.machine(CONTROLLER.serial)["role"]:  # type: ignore[index]
        line.cli(*enrol)
    row = line.cli.machine(CONTROLLER.serial)
    assert row is not None
    assert (row["cluster"], row["role"]) == (CLUSTER, CONTROLLER.role)
    with pytest.raises(CommandError, match="machine-add"):
        line.cli(*enrol)


@pytest.mark.parametrize(
    ("moment", "cut"),
    [
        (r"partition: disk \S+ is wiped", "power"),
        (r"unpack: begins", "server"),
        (r"unpack: downloaded and verified", "power"),
        (r"configure: \d+ files of the plan are written", "power"),
    ],
)
def test_interruption_of_the_installation(line: Line, moment: str, cut: str) -> None:
    machine = controller(line)
    since = machine.console.mark()
    if status(line, CONTROLLER) == "live":
        line.cli("machine-install-os", CONTROLLER.serial)
    machine.console.wait_for(moment, timeout_s=WAIT_S, since=since)
    if cut == "power":
        machine.power_off()
        assert status(line, CONTROLLER) == "installing"
        line.power_on(CONTROLLER)
    else:
        restart_server(line)


def test_installation_carries_on_to_the_start_from_disk(line: Line) -> None:
    line.install(CONTROLLER, print)
    log = line.cli("machine-install-log", CONTROLLER.serial)
    assert "done before" in log
    machine = controller(line)
    assert machine.execute("findmnt", "-n", "-o", "FSTYPE", "/").strip() == "ext4"
    name = detail(line, CONTROLLER)["hostname"]
    assert machine.execute("hostname", "--fqdn").strip() == name
    modes = machine.execute(
        "stat", "-c", "%a", f"/etc/ssl/private/{name}.key", "/etc/oci/agent.key"
    )
    assert all(mode in ("600", "640") for mode in modes.split())


def test_power_cut_after_the_installation_starts_from_disk_again(line: Line) -> None:
    machine = controller(line)
    machine.power_off()
    line.power_on(CONTROLLER)
    eventually(lambda: machine.is_up)
    assert machine.execute("findmnt", "-n", "-o", "FSTYPE", "/").strip() == "ext4"


def test_puppet_deploys_keystone_that_issues_a_token(line: Line) -> None:
    line.wait_for_puppet(CONTROLLER, print)
    cloud = line.openstack()
    assert cloud.credentials()["OS_AUTH_URL"].startswith("https://lab-api.")
    assert cloud.ask("token", "issue")["id"]
    endpoints = cloud.ask("endpoint", "list")
    assert {row["Interface"] for row in endpoints} == {"public", "internal", "admin"}
    assert all(row["URL"].startswith("https://lab-api.") for row in endpoints)


def test_second_puppet_run_changes_nothing(line: Line) -> None:
    # Exit code 0 of --detailed-exitcodes: nothing to do; any other one raises. The service that
    # runs Puppet from now on may be at work.
    lock = ("--waitforlock=2", "--maxwaitforlock=300")
    run = ("puppet", "agent", "--test", "--detailed-exitcodes", *lock)
    controller(line).execute(*run, timeout_s=WAIT_S)


def test_a_renewed_certificate_reaches_the_api(line: Line) -> None:
    machine = controller(line)
    api = urlsplit(line.openstack().credentials()["OS_AUTH_URL"]).netloc.partition(":")[0]
    client = ("openssl", "s_client", "-connect", f"{api}:443", "-servername", api)

    def served() -> str:
        der = ssl.PEM_cert_to_DER_cert(PEM.search(machine.execute(*client))[0])  # type: ignore[index]
        return hashlib.sha256(der).hexdigest()

    renewed = line.cli.ask("certificate-renew", api)
    assert served() != renewed["fingerprint"]
    machine.execute("systemctl", "start", "oci-certificates.service")
    eventually(lambda: served() == renewed["fingerprint"])
    line.openstack().wait()


def test_keystone_answers_again_after_a_power_cut(line: Line) -> None:
    machine = controller(line)
    machine.power_off()
    line.power_on(CONTROLLER)
    eventually(lambda: machine.is_up)
    line.openstack().wait()


@pytest.fixture(scope="module", params=VIRTUAL, ids=lambda machine: machine.name)
def virtual(request: pytest.FixtureRequest) -> Machine:
    """Each virtual machine in turn; a module's fixture, so that one is done before the next."""
    machine: Machine = request.param
    return machine


def test_virtual_machine_boots_from_the_network_and_reports(line: Line, virtual: Machine) -> None:
    line.discover(virtual, print)
    found = detail(line, virtual)
    assert found["status"] == "live"
    assert found["firmware"] == virtual.kind
    assert {nic["mac"] for nic in found["nics"]} == set(virtual.macs)


def test_virtual_machine_is_installed_and_starts_from_its_disk(
    line: Line, virtual: Machine
) -> None:
    line.cli("machine-add", virtual.serial, CLUSTER, virtual.role, LOCATION)
    line.install(virtual, print)
    assert status(line, virtual) == "installed"
    line.machines[virtual.name].power_off()
