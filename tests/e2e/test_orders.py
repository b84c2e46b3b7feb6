"""What operators order machines to do, carried out by real agents on containers: `make test-orders`.

The tests build on each other in their order.
"""

import os
from collections.abc import Iterator

import pytest

from ocinstaller.lab.errors import CommandError
from ocinstaller.lab.stages import Line
from tests.e2e import containers
from tests.e2e.containers import FIRST, SECOND, THIRD, container, detail, orders, run_of, status
from tests.e2e.waiting import eventually

pytestmark = [
    pytest.mark.line,
    pytest.mark.root,
    pytest.mark.skipif("OCI_TEST_ORDERS" not in os.environ, reason="takes long: make test-orders"),
]


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    with containers.small_line("orders") as found:
        yield found


def test_an_installed_machine_restarts_by_its_agent_and_runs_from_its_disk(line: Line) -> None:
    containers.install(line, FIRST)
    before = run_of(line, FIRST)
    assert "within a minute" in line.cli("machine-reboot-on-hdd", FIRST.serial)
    eventually(lambda: orders(line, FIRST) == [("restart", "done")])
    assert run_of(line, FIRST) not in ("", before)
    assert status(line, FIRST) == "installed"


def test_only_the_live_system_erases_disks(line: Line) -> None:
    with pytest.raises(CommandError, match="live"):
        line.cli("machine-wipe", FIRST.serial, "--yes")


def test_a_machine_is_installed_anew_by_itself_under_its_name_and_addresses(line: Line) -> None:
    before = detail(line, FIRST)
    machine = container(line, FIRST)
    machine.execute("touch", "/root/of-the-installation-before")
    line.cli("machine-reinstall", FIRST.serial, "--yes")
    eventually(lambda: orders(line, FIRST)[:2] == [("install", "done"), ("restart", "done")])
    eventually(lambda: status(line, FIRST) == "installed" and machine.is_up)
    after = detail(line, FIRST)
    assert (after["hostname"], after["addresses"]) == (before["hostname"], before["addresses"])
    assert "of-the-installation-before" not in machine.execute("ls", "/root")
    assert machine.execute("findmnt", "-n", "-o", "FSTYPE", "/").strip() == "ext4"


def test_a_released_machine_is_wiped_and_free(line: Line) -> None:
    line.cli("machine-release", FIRST.serial, "--yes")
    eventually(lambda: orders(line, FIRST)[:2] == [("wipe", "done"), ("restart", "done")])
    found = detail(line, FIRST)
    assert (found["status"], found["cluster"], found["addresses"]) == ("live", None, [])
    assert "disks are erased" in line.cli("machine-orders", FIRST.serial)
    assert signatures(line) == ""
    with pytest.raises(CommandError, match="no system"):
        line.cli("machine-reboot-on-hdd", FIRST.serial)


def signatures(line: Line) -> str:
    """What wipefs finds on the first machine's disk."""
    (disk,) = detail(line, FIRST)["block_devices"]
    return container(line, FIRST).execute("wipefs", f"/dev/{disk['name']}").strip()


def test_a_live_machine_restarts_and_is_wiped_when_it_is_told(line: Line) -> None:
    before = run_of(line, FIRST)
    line.cli("machine-reboot-on-live", FIRST.serial)
    eventually(lambda: orders(line, FIRST)[0] == ("restart", "done"))
    assert run_of(line, FIRST) not in ("", before)
    line.cli("machine-wipe", FIRST.serial, "--yes")
    eventually(lambda: orders(line, FIRST)[0] == ("wipe", "done"))


def test_broken_hardware_is_replaced_under_its_name_and_addresses(line: Line) -> None:
    containers.install(line, SECOND)
    before = detail(line, SECOND)
    container(line, SECOND).power_off()
    line.discover(THIRD, print)

    line.cli("machine-replace", SECOND.serial, THIRD.serial, "--install")

    line.install(THIRD, print)
    after = detail(line, THIRD)
    assert (after["hostname"], after["addresses"]) == (before["hostname"], before["addresses"])
    assert after["role"] == "custom"
    eventually(lambda: container(line, THIRD).is_up)
    assert container(line, THIRD).execute("hostname", "--fqdn").strip() == before["hostname"]
    assert line.cli.machine(SECOND.serial) is None
    # Repaired, the old hardware comes back as a machine that nobody knows.
    line.discover(SECOND, print)
    assert detail(line, SECOND)["cluster"] is None
    assert detail(line, SECOND)["status"] == "live"


def test_an_order_outlives_a_power_cut(line: Line) -> None:
    line.cli("machine-release", THIRD.serial, "--yes")
    container(line, THIRD).power_off()
    line.power_on(THIRD)
    eventually(lambda: orders(line, THIRD)[:2] == [("wipe", "done"), ("restart", "done")])
    assert status(line, THIRD) == "live"
