"""What tests look at on the controllers of a cluster."""

import json
from collections.abc import Sequence

from ocinstaller.lab.errors import LabError
from ocinstaller.lab.layout import CLUSTER, Machine
from ocinstaller.lab.stages import Line
from tests.e2e.laboratory import container


def vip(line: Line) -> str:
    """The virtual address of the API."""
    return str(line.cli.ask("cluster-show", CLUSTER)["vip_address"])


def vip_holder(line: Line, controllers: Sequence[Machine]) -> Machine | None:
    """The controller that carries the address; None while it is on its way."""
    address = vip(line)
    for machine in controllers:
        try:
            addresses = json.loads(container(line, machine).execute("ip", "-json", "address"))
        except LabError:
            continue
        if any(a["local"] == address for card in addresses for a in card["addr_info"]):
            return machine
    return None


def whole(line: Line, controllers: Sequence[Machine]) -> bool:
    """Data base and message queue have all their machines."""
    try:
        sizes = {_database(line, machine, "wsrep_cluster_size") for machine in controllers}
        states = {_database(line, machine, "wsrep_local_state_comment") for machine in controllers}
        status = ("rabbitmqctl", "cluster_status", "--formatter", "json")
        brokers = json.loads(container(line, controllers[0]).execute(*status))["running_nodes"]
    except (LabError, ValueError):
        return False
    expected = len(controllers)
    return sizes == {str(expected)} and states == {"Synced"} and len(brokers) == expected


def _database(line: Line, machine: Machine, variable: str) -> str:
    query = f"SHOW STATUS LIKE '{variable}'"
    client = ("mariadb", "--batch", "--skip-column-names", "--execute", query)
    return container(line, machine).execute(*client).split()[-1]
