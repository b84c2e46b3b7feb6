"""What operators ask: `/v1`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from ocinstaller.actions import clusters, installation, machines, topology
from ocinstaller.actions.views import (
    ClusterView,
    LocationView,
    LogLineView,
    MachineDetail,
    MachineView,
    NetworkView,
    SwiftRegionView,
)
from ocinstaller.api.auth import Oci, operator
from ocinstaller.model.roles import ROLES, Role

router = APIRouter(prefix="/v1", dependencies=[Depends(operator)])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewSwiftRegion(_Body):
    """A Swift region to create."""

    name: str


class NewLocation(_Body):
    """A location to create."""

    name: str
    swift_region: str


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
    time_server_host: str = ""


class Enrolment(_Body):
    """A machine's place in a cluster."""

    cluster: str
    role: str
    location: str
    fixed_ip: str | None = None


@router.get("/roles", tags=["roles"])
def list_roles() -> list[Role]:
    """List the roles that a machine can have."""
    return list(ROLES)


@router.get("/swift-regions", tags=["swift regions"])
def list_swift_regions(oci: Oci) -> list[SwiftRegionView]:
    """List the Swift regions."""
    with oci.store.read() as session:
        return topology.list_swift_regions(session)


@router.post("/swift-regions", status_code=201, tags=["swift regions"])
def create_swift_region(oci: Oci, body: NewSwiftRegion) -> SwiftRegionView:
    """Create a Swift region."""
    return oci.store.write(lambda session: topology.create_swift_region(session, body.name))


@router.delete("/swift-regions/{name}", status_code=204, tags=["swift regions"])
def delete_swift_region(oci: Oci, name: str) -> None:
    """Delete a Swift region without locations."""
    oci.store.write(lambda session: topology.delete_swift_region(session, name))


@router.get("/locations", tags=["locations"])
def list_locations(oci: Oci) -> list[LocationView]:
    """List the locations."""
    with oci.store.read() as session:
        return topology.list_locations(session)


@router.post("/locations", status_code=201, tags=["locations"])
def create_location(oci: Oci, body: NewLocation) -> LocationView:
    """Create a location in a Swift region."""
    return oci.store.write(
        lambda session: topology.create_location(session, body.name, body.swift_region)
    )


@router.delete("/locations/{name}", status_code=204, tags=["locations"])
def delete_location(oci: Oci, name: str) -> None:
    """Delete a location that nothing uses."""
    oci.store.write(lambda session: topology.delete_location(session, name))


@router.get("/networks", tags=["networks"])
def list_networks(oci: Oci) -> list[NetworkView]:
    """List the networks."""
    with oci.store.read() as session:
        return topology.list_networks(session)


@router.post("/networks", status_code=201, tags=["networks"])
def create_network(oci: Oci, body: NewNetwork) -> NetworkView:
    """Create a network."""
    return oci.store.write(
        lambda session: topology.create_network(
            session, body.name, body.ip, body.cidr, body.location, is_public=body.is_public
        )
    )


@router.delete("/networks/{name}", status_code=204, tags=["networks"])
def delete_network(oci: Oci, name: str) -> None:
    """Delete a network without a cluster."""
    oci.store.write(lambda session: topology.delete_network(session, name))


@router.put("/networks/{name}/assignment", tags=["networks"])
def assign_network(oci: Oci, name: str, body: NetworkAssignment) -> NetworkView:
    """Give a network to a cluster."""
    return oci.store.write(
        lambda session: topology.assign_network(
            session, oci, name, body.cluster, body.role, body.iface1, body.iface2
        )
    )


@router.delete("/networks/{name}/assignment", tags=["networks"])
def release_network(oci: Oci, name: str) -> NetworkView:
    """Take a network away from its cluster."""
    return oci.store.write(lambda session: topology.release_network(session, name))


@router.get("/clusters", tags=["clusters"])
def list_clusters(oci: Oci) -> list[ClusterView]:
    """List the clusters."""
    with oci.store.read() as session:
        return clusters.list_clusters(session)


@router.post("/clusters", status_code=201, tags=["clusters"])
def create_cluster(oci: Oci, body: NewCluster) -> ClusterView:
    """Create a cluster with all of its secrets."""
    return oci.store.write(
        lambda session: clusters.create_cluster(
            session, oci, body.name, body.domain, body.time_server_host
        )
    )


@router.get("/clusters/{name}", tags=["clusters"])
def show_cluster(oci: Oci, name: str) -> ClusterView:
    """Show a cluster."""
    with oci.store.read() as session:
        return clusters.show_cluster(session, name)


@router.delete("/clusters/{name}", status_code=204, tags=["clusters"])
def delete_cluster(oci: Oci, name: str) -> None:
    """Delete a cluster without machines and networks."""
    oci.store.write(lambda session: clusters.delete_cluster(session, name))


@router.get("/machines", tags=["machines"])
def list_machines(oci: Oci) -> list[MachineView]:
    """List the machines."""
    with oci.store.read() as session:
        return machines.list_machines(session)


@router.get("/machines/{name}", tags=["machines"])
def show_machine(oci: Oci, name: str) -> MachineDetail:
    """Show a machine by its serial number or host name."""
    with oci.store.read() as session:
        return machines.show_machine(session, name)


@router.delete("/machines/{name}", status_code=204, tags=["machines"])
def destroy_machine(oci: Oci, name: str) -> None:
    """Forget a machine without a cluster."""
    oci.store.write(lambda session: machines.destroy(session, name))


@router.put("/machines/{name}/enrolment", tags=["machines"])
def enrol_machine(oci: Oci, name: str, body: Enrolment) -> MachineView:
    """Make a machine a member of a cluster."""
    return oci.store.write(
        lambda session: machines.enrol(
            session, oci, name, body.cluster, body.role, body.location, body.fixed_ip
        )
    )


@router.delete("/machines/{name}/enrolment", tags=["machines"])
def remove_machine(oci: Oci, name: str) -> MachineView:
    """Take a machine out of its cluster."""
    return oci.store.write(lambda session: machines.remove(session, name))


@router.post("/machines/{name}/installation", status_code=202, tags=["machines"])
def install_machine(oci: Oci, name: str) -> MachineView:
    """Have a machine install its system."""
    return oci.store.write(lambda session: installation.request_installation(session, oci, name))


@router.get("/machines/{name}/installation/log", tags=["machines"])
def install_log(
    oci: Oci,
    name: str,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
) -> list[LogLineView]:
    """Give the lines of a machine's installation log that follow line `after`."""
    with oci.store.read() as session:
        return machines.install_log(session, name, after, limit)


@router.post("/machines/{name}/live", status_code=202, tags=["machines"])
def start_live(oci: Oci, name: str) -> MachineView:
    """Have a machine start the live system at its next start."""
    return oci.store.write(lambda session: machines.start_live(session, name))
