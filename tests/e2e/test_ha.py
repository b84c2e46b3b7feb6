"""Three controllers that survive what happens to controllers; `make test-ha`.

The tests build on each other in their order. They take long, so CI leaves them out.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ocinstaller.lab import namespace, run, scenario, server
from ocinstaller.lab.display import Display
from ocinstaller.lab.layout import CLUSTER, Machine
from ocinstaller.lab.stages import Line
from tests.e2e.controllers import vip, vip_holder, whole
from tests.e2e.laboratory import PUPPET, changes, changes_nothing, container, fresh, lab_of
from tests.e2e.waiting import WAIT_S, eventually

pytestmark = [
    pytest.mark.ha,
    pytest.mark.root,
    pytest.mark.skipif("OCI_TEST_HA" not in os.environ, reason="takes long: make test-ha"),
]

SCENARIO = scenario.load("controllers")
MACHINES = list(SCENARIO.machines)
ANSWER_AGAIN_S = 30.0
RECOVERY_S = 900.0
AWAY_S = 90.0
"""How long the server is away: longer than Puppet's runs without it would all take to fail."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Line]:
    """A lab with OCI, a puppetserver and three machines without power."""
    with fresh(lab_of("ha-test"), SCENARIO.name) as line:
        run.bring_up(line, line.base_stages(), Display())
        yield line


def holder_of_vip(line: Line) -> Machine:
    found: Machine = eventually(lambda: vip_holder(line, MACHINES))
    return found


def eventually_whole(line: Line, timeout_s: float = RECOVERY_S) -> None:
    eventually(lambda: whole(line, MACHINES), timeout_s)


def project(line: Line, name: str) -> str:
    line.openstack()("project", "create", name)
    return name


def projects(line: Line) -> set[str]:
    return {row["Name"] for row in line.openstack().ask("project", "list")}


def test_three_controllers_installed_in_any_order_answer_through_the_vip(cluster: Line) -> None:
    first, *rest = reversed(MACHINES)
    run.bring_up(cluster, cluster.machine_stages(first)[:3], Display())
    run.bring_up(cluster, cluster.group_stages(rest), Display())
    cluster.wait_for_puppet(first, print)
    assert cluster.openstack().ask("token", "issue")["id"]
    eventually_whole(cluster)
    assert cluster.cli.ask("cluster-show", CLUSTER)["initial_cluster_setup"] is False


def test_a_second_run_changes_nothing(cluster: Line) -> None:
    for machine in MACHINES:
        changes_nothing(cluster, machine)


def test_what_only_the_cluster_may_reach_is_closed(cluster: Line) -> None:
    address = cluster.cli.ask("machine-show", MACHINES[0].serial)["addresses"][0]["ip"]
    for port in (3306, 4567, 5671, 25672, 5000, 9200):
        with pytest.raises(TimeoutError):
            namespace.inside(cluster.lab.name, lambda port=port: connect(address, port))
    namespace.inside(cluster.lab.name, lambda: connect(address, 22))


def connect(address: str, port: int) -> None:
    socket.create_connection((address, port), timeout=3).close()


def test_the_api_answers_again_when_the_controller_with_the_vip_dies(cluster: Line) -> None:
    kept = project(cluster, "before-the-loss")
    holder = holder_of_vip(cluster)
    container(cluster, holder).power_off()
    lost = time.monotonic()
    cluster.openstack().wait(timeout_s=ANSWER_AGAIN_S)
    print(f"answered {time.monotonic() - lost:.1f} s after the loss of {holder.name}")
    assert kept in projects(cluster)
    cluster.power_on(holder)
    eventually_whole(cluster)


def test_a_controller_that_is_cut_off_lets_the_vip_go_and_comes_back(cluster: Line) -> None:
    holder = holder_of_vip(cluster)
    namespace.plug(cluster.lab, holder, connected=False)
    address = vip(cluster)
    eventually(lambda: address not in container(cluster, holder).execute("ip", "address"))
    namespace.plug(cluster.lab, holder, connected=True)
    eventually_whole(cluster)


def test_all_three_come_back_from_a_power_loss_without_a_hand(cluster: Line) -> None:
    kept = project(cluster, "before-the-power-loss")
    for machine in MACHINES:
        container(cluster, machine).power_off()
    for machine in MACHINES:
        cluster.power_on(machine)
    eventually_whole(cluster)
    cluster.openstack().wait(timeout_s=RECOVERY_S)
    assert kept in projects(cluster)


def test_a_controller_installed_from_nothing_joins_again_while_the_server_comes_and_goes(
    cluster: Line,
) -> None:
    kept = project(cluster, "before-the-reinstallation")
    machine = MACHINES[0]
    found = container(cluster, machine)
    cluster.cli("machine-reboot-on-live", machine.serial)
    found.power_off()
    cluster.power_on(machine)
    eventually(lambda: (cluster.cli.machine(machine.serial) or {}).get("status") == "live")
    since = found.console.mark()
    cluster.cli("machine-install-os", machine.serial)
    found.console.wait_for("unpack: begins", timeout_s=WAIT_S, since=since)
    with server_away(cluster):
        time.sleep(AWAY_S)
    cluster.install(machine, print)
    eventually(lambda: found.execute("cat", "/var/log/oci/puppet-certificate.log") is not None)
    with server_away(cluster):
        time.sleep(AWAY_S)
    cluster.wait_for_puppet(machine, print)
    eventually_whole(cluster)
    assert kept in projects(cluster)


@contextmanager
def server_away(line: Line) -> Iterator[None]:
    """Kill the provisioning server; it is started again in the end."""
    line.processes.kill(server.PROCESS)
    try:
        yield
    finally:
        server.start(line.lab, line.processes)
    eventually(lambda: server.healthy(line.lab))


def test_puppet_killed_in_the_middle_and_repeated_converges(cluster: Line) -> None:
    machine = container(cluster, MACHINES[1])
    machine.execute("rm", "/etc/haproxy/haproxy.cfg", "/etc/keystone/keystone.conf")
    machine.execute("systemd-run", "--unit=half", *PUPPET)
    eventually(lambda: "haproxy.cfg" in machine.execute("ls", "/etc/haproxy"))
    machine.execute("systemctl", "kill", "--signal=KILL", "half.service")
    changes(cluster, MACHINES[1])
    changes_nothing(cluster, MACHINES[1])


def test_the_provisioning_server_away_breaks_nothing(cluster: Line) -> None:
    with server_away(cluster):
        changes_nothing(cluster, MACHINES[2])
    assert cluster.openstack().ask("token", "issue")["id"]
