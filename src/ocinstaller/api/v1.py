"""What operators ask: `/v1`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, TypeAdapter

from ocinstaller.actions import clusters, installation, installation_plans, machines, topology
from ocinstaller.actions.installation_plans import InstallationPlanView
from ocinstaller.actions.views import (
    ClusterView,
    LogLineView,
    MachineDetail,
    MachineView,
    NetworkView,
)
from ocinstaller.api.auth import Oci, operator
from ocinstaller.api.collections import (
    ClusterQuery,
    MachineQuery,
    NetworkQuery,
    page,
)
from ocinstaller.api.conditional import Condition

router = APIRouter(prefix="/v1", dependencies=[Depends(operator)])

_LARGEST_ID = 2**63 - 1
_NETWORKS = TypeAdapter(list[NetworkView])
_CLUSTERS = TypeAdapter(list[ClusterView])
_MACHINES = TypeAdapter(list[MachineView])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewNetwork(_Body):
    """A network to create."""

    name: str
    ip: str
    cidr: int
    location: str
    is_public: bool


class NetworkAssignment(_Body):
    """What a network is to serve."""

    cluster: str
    role: str
    iface1: str
    iface2: str = "none"


class NewCluster(_Body):
    """A cluster to create."""

    name: str
    domain: str
    time_server_host: str | None = None


class Enrolment(_Body):
    """A machine's place in a cluster."""

    cluster: str
    role: str
    location: str
    fixed_ip: str | None = None


@router.get("/networks", response_model=list[NetworkView], tags=["networks"])
def list_networks(request: Request, oci: Oci, query: Annotated[NetworkQuery, Query()]) -> Response:
    """List the networks, by name, a page at a time."""
    with oci.store.read() as session:
        found = topology.list_networks(session, query.wanted(), query.window())
    return page(request, query, _NETWORKS, found, lambda view: view.name)


@router.post("/networks", status_code=201, tags=["networks"])
def create_network(oci: Oci, body: NewNetwork, condition: Condition) -> NetworkView:
    """Create a network."""
    return condition.changed(
        oci.store.write(
            lambda session: topology.create_network(
                session, body.name, body.ip, body.cidr, body.location, is_public=body.is_public
            )
        )
    )


@router.get("/networks/{name}", tags=["networks"])
def show_network(oci: Oci, name: str, condition: Condition) -> NetworkView:
    """Show a network."""
    with oci.store.read() as session:
        return condition.show(topology.show_network(session, name))


@router.delete("/networks/{name}", status_code=204, tags=["networks"])
def delete_network(oci: Oci, name: str, condition: Condition) -> None:
    """Delete a network without a cluster."""
    oci.store.write(
        condition.guard(
            topology.show_network,
            name,
            lambda session: topology.delete_network(session, name),
        )
    )


@router.put("/networks/{name}/assignment", tags=["networks"])
def assign_network(
    oci: Oci, name: str, body: NetworkAssignment, condition: Condition
) -> NetworkView:
    """Give a network to a cluster."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                topology.show_network,
                name,
                lambda session: topology.assign_network(
                    session, oci, name, body.cluster, body.role, body.iface1, body.iface2
                ),
            )
        )
    )


@router.delete("/networks/{name}/assignment", tags=["networks"])
def release_network(oci: Oci, name: str, condition: Condition) -> NetworkView:
    """Take a network away from its cluster."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                topology.show_network,
                name,
                lambda session: topology.release_network(session, name),
            )
        )
    )


@router.get("/clusters", response_model=list[ClusterView], tags=["clusters"])
def list_clusters(request: Request, oci: Oci, query: Annotated[ClusterQuery, Query()]) -> Response:
    """List the clusters, by name, a page at a time."""
    with oci.store.read() as session:
        found = clusters.list_clusters(session, query.wanted(), query.window())
    return page(request, query, _CLUSTERS, found, lambda view: view.name)


@router.post("/clusters", status_code=201, tags=["clusters"])
def create_cluster(oci: Oci, body: NewCluster, condition: Condition) -> ClusterView:
    """Create a cluster with all of its secrets."""
    return condition.changed(
        oci.store.write(
            lambda session: clusters.create_cluster(
                session, oci, body.name, body.domain, body.time_server_host
            )
        )
    )


@router.get("/clusters/{name}", tags=["clusters"])
def show_cluster(oci: Oci, name: str, condition: Condition) -> ClusterView:
    """Show a cluster."""
    with oci.store.read() as session:
        return condition.show(clusters.show_cluster(session, name))


@router.delete("/clusters/{name}", status_code=204, tags=["clusters"])
def delete_cluster(oci: Oci, name: str, condition: Condition) -> None:
    """Delete a cluster without machines and networks."""
    oci.store.write(
        condition.guard(
            clusters.show_cluster,
            name,
            lambda session: clusters.delete_cluster(session, name),
        )
    )


@router.get("/machines", response_model=list[MachineView], tags=["machines"])
def list_machines(request: Request, oci: Oci, query: Annotated[MachineQuery, Query()]) -> Response:
    """List the machines, by serial number, a page at a time."""
    with oci.store.read() as session:
        found = machines.list_machines(session, query.wanted(), query.window())
    return page(request, query, _MACHINES, found, lambda view: view.serial)


@router.get("/machines/{name}", tags=["machines"])
def show_machine(oci: Oci, name: str, condition: Condition) -> MachineDetail:
    """Show a machine by its serial number or host name."""
    with oci.store.read() as session:
        return condition.show(machines.show_machine(session, name))


@router.delete("/machines/{name}", status_code=204, tags=["machines"])
def destroy_machine(oci: Oci, name: str, condition: Condition) -> None:
    """Forget a machine without a cluster."""
    oci.store.write(
        condition.guard(
            machines.show_machine,
            name,
            lambda session: machines.destroy(session, name),
        )
    )


@router.put("/machines/{name}/enrolment", tags=["machines"])
def enrol_machine(oci: Oci, name: str, body: Enrolment, condition: Condition) -> MachineView:
    """Make a machine a member of a cluster."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                machines.show_machine,
                name,
                lambda session: machines.enrol(
                    session, oci, name, body.cluster, body.role, body.location, body.fixed_ip
                ),
            )
        )
    )


@router.delete("/machines/{name}/enrolment", tags=["machines"])
def remove_machine(oci: Oci, name: str, condition: Condition) -> MachineView:
    """Take a machine out of its cluster."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                machines.show_machine,
                name,
                lambda session: machines.remove(session, oci, name),
            )
        )
    )


@router.post("/machines/{name}/installation", status_code=202, tags=["machines"])
def install_machine(oci: Oci, name: str, condition: Condition) -> MachineView:
    """Have a machine install its system."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                machines.show_machine,
                name,
                lambda session: installation.request_installation(session, oci, name),
            )
        )
    )


@router.get("/machines/{name}/installation/plan", tags=["machines"])
def plan_machine(oci: Oci, name: str) -> InstallationPlanView:
    """Show what an installation would do to a machine's disks and network, and why."""
    with oci.store.read() as session:
        return installation_plans.plan_installation(session, oci, name)


@router.get("/machines/{name}/installation/log", tags=["machines"])
def install_log(
    oci: Oci,
    name: str,
    after: Annotated[int, Query(ge=0, le=_LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
) -> list[LogLineView]:
    """Give the lines of a machine's installation log that follow line `after`."""
    with oci.store.read() as session:
        return machines.install_log(session, name, after, limit)
