"""Three controllers that survive what happens to controllers; `make test-ha`.

The tests build on each other in their order. They take long, so CI leaves them out.
"""

import json
import os
import socket
import time
from collections.abc import Iterator

import pytest

from ocinstaller.lab import namespace, run, scenario, server, stop
from ocinstaller.lab.display import Display
from ocinstaller.lab.errors import LabError
from ocinstaller.lab.layout import CLUSTER, Lab, Machine
from ocinstaller.lab.stages import Line
from tests.e2e.conftest import STATE
from tests.e2e.object_storage import container
from tests.e2e.waiting import eventually

pytestmark = [
    pytest.mark.ha,
    pytest.mark.root,
    pytest.mark.skipif("OCI_TEST_HA" not in os.environ, reason="takes long: make test-ha"),
]

SCENARIO = scenario.load("controllers")
MACHINES = list(SCENARIO.machines)
ANSWER_AGAIN_S = 30.0
RECOVERY_S = 900.0
PUPPET = ("puppet", "agent", "--test", "--detailed-exitcodes", "--waitforlock=2")
WAIT_FOR_LOCK = "--maxwaitforlock=600"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Line]:
    """A lab with OCI, a puppetserver and three machines without power."""
    lab = Lab("oci-ha-test", STATE / "ha-test", STATE)
    scenario.choose(lab, SCENARIO.name)
    line = Line(lab)
    stop.stop(lab, print)
    try:
        run.bring_up(line, line.base_stages(), Display())
        yield line
    finally:
        stop.stop(lab, print)


def others(machine: Machine) -> list[Machine]:
    return [other for other in MACHINES if other != machine]


def vip_holder(line: Line) -> Machine | None:
    address = vip(line)
    for machine in MACHINES:
        try:
            addresses = json.loads(container(line, machine).execute("ip", "-json", "address"))
        except LabError:
            continue
        if any(a["local"] == address for card in addresses for a in card["addr_info"]):
            return machine
    return None


def vip(line: Line) -> str:
    return str(line.cli.ask("cluster-show", CLUSTER)["vip_address"])


def database(line: Line, machine: Machine, variable: str) -> str:
    query = f"SHOW STATUS LIKE '{variable}'"
    client = ("mariadb", "--batch", "--skip-column-names", "--execute", query)
    return container(line, machine).execute(*client).split()[-1]


def whole(line: Line) -> bool:
    """Data base and message queue have all their machines."""
    try:
        sizes = {database(line, machine, "wsrep_cluster_size") for machine in MACHINES}
        states = {database(line, machine, "wsrep_local_state_comment") for machine in MACHINES}
        status = ("rabbitmqctl", "cluster_status", "--formatter", "json")
        brokers = json.loads(container(line, MACHINES[0]).execute(*status))["running_nodes"]
    except (LabError, ValueError):
        return False
    return sizes == {"3"} and states == {"Synced"} and len(brokers) == 3


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
    eventually(lambda: whole(cluster))
    assert cluster.cli.ask("cluster-show", CLUSTER)["initial_cluster_setup"] is False


def test_a_second_run_changes_nothing(cluster: Line) -> None:
    for machine in MACHINES:
        container(cluster, machine).execute(*PUPPET, WAIT_FOR_LOCK, timeout_s=RECOVERY_S)


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
    holder = eventually(lambda: vip_holder(cluster))
    container(cluster, holder).power_off()
    lost = time.monotonic()
    cluster.openstack().wait(timeout_s=ANSWER_AGAIN_S)
    print(f"answered {time.monotonic() - lost:.1f} s after the loss of {holder.name}")
    assert kept in projects(cluster)
    cluster.power_on(holder)
    eventually(lambda: whole(cluster), RECOVERY_S)


def test_a_controller_that_is_cut_off_lets_the_vip_go_and_comes_back(cluster: Line) -> None:
    holder = eventually(lambda: vip_holder(cluster))
    namespace.plug(cluster.lab, holder, connected=False)
    address = vip(cluster)
    eventually(lambda: address not in container(cluster, holder).execute("ip", "address"))
    namespace.plug(cluster.lab, holder, connected=True)
    eventually(lambda: whole(cluster), RECOVERY_S)


def test_all_three_come_back_from_a_power_loss_without_a_hand(cluster: Line) -> None:
    kept = project(cluster, "before-the-power-loss")
    for machine in MACHINES:
        container(cluster, machine).power_off()
    for machine in MACHINES:
        cluster.power_on(machine)
    eventually(lambda: whole(cluster), RECOVERY_S)
    cluster.openstack().wait(timeout_s=RECOVERY_S)
    assert kept in projects(cluster)


def test_a_controller_installed_from_nothing_joins_again(cluster: Line) -> None:
    kept = project(cluster, "before-the-reinstallation")
    machine = MACHINES[0]
    cluster.cli("machine-reboot-on-live", machine.serial)
    container(cluster, machine).power_off()
    cluster.power_on(machine)
    eventually(lambda: (cluster.cli.machine(machine.serial) or {}).get("status") == "live")
    cluster.install(machine, print)
    cluster.wait_for_puppet(machine, print)
    eventually(lambda: whole(cluster), RECOVERY_S)
    assert kept in projects(cluster)


def test_puppet_killed_in_the_middle_and_repeated_converges(cluster: Line) -> None:
    machine = container(cluster, MACHINES[1])
    machine.execute("rm", "/etc/haproxy/haproxy.cfg", "/etc/keystone/keystone.conf")
    machine.execute("systemd-run", "--unit=half", *PUPPET, WAIT_FOR_LOCK)
    eventually(lambda: "haproxy.cfg" in machine.execute("ls", "/etc/haproxy"))
    machine.execute("systemctl", "kill", "--signal=KILL", "half.service")
    with pytest.raises(LabError, match="exited with 2"):
        machine.execute(*PUPPET, WAIT_FOR_LOCK, timeout_s=RECOVERY_S)
    machine.execute(*PUPPET, WAIT_FOR_LOCK, timeout_s=RECOVERY_S)


def test_the_provisioning_server_away_breaks_nothing(cluster: Line) -> None:
    cluster.processes.kill(server.PROCESS)
    try:
        container(cluster, MACHINES[2]).execute(*PUPPET, WAIT_FOR_LOCK, timeout_s=RECOVERY_S)
    finally:
        server.start(cluster.lab, cluster.processes)
    assert cluster.openstack().ask("token", "issue")["id"]
