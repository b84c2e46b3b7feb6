"""How a machine's networks lie on its interfaces."""

from sqlalchemy.orm import Session

from ocinstaller.model import addressing
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.network_layout import NetworkLayout, network_layout
from ocinstaller.store import queries
from ocinstaller.store.tables import Cluster, Machine, Network


def layout_of(session: Session, machine: Machine, cluster: Cluster) -> NetworkLayout:
    """Return how the machine's networks lie on its interfaces.

    :raises Conflict: it lacks an interface, or two networks contradict each other
    """
    rows = _machine_networks(session, machine, cluster)
    of_network = {address.network_id: address.ip for address in machine.addresses}
    return network_layout(
        [queries.network_use(row) for row in rows],
        {row.name: of_network[row.id] for row in rows if row.id in of_network},
        HardwareReport.model_validate(machine.hardware).nics,
    )


def _machine_networks(session: Session, machine: Machine, cluster: Cluster) -> list[Network]:
    rows = {row.name: row for row in queries.cluster_networks(session, cluster.id)}
    uses = addressing.networks_for_machine(
        [queries.network_use(row) for row in rows.values()],
        machine.role or "",
        machine.location.name if machine.location else "",
        has_network_nodes=queries.has_role(session, cluster.id, "network"),
    )
    return [rows[use.name] for use in uses]
