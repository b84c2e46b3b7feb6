"""Details of networks, machines and clusters below `/v1`."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from ocinstaller.actions import (
    addresses,
    cluster_details,
    clusters,
    machines,
    network_changes,
    restarts,
    topology,
)
from ocinstaller.actions.addresses import ReservationView
from ocinstaller.actions.cluster_details import FilebeatHostView, RoleCountView
from ocinstaller.actions.network_changes import NetworkChange
from ocinstaller.actions.views import AddressView, MachineDetail, MachineView, NetworkView
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition

router = APIRouter(prefix="/v1")

_Number = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NetworkToChange(_Body):
    """What is to change of a network; what is absent stays."""

    role: str | None = None
    iface1: str | None = None
    iface2: str | None = None
    ip: str | None = None
    cidr: _Number | None = None
    is_public: bool | None = None
    mtu: _Number | None = None
    vlan: _Number | None = Field(None, description="0: untagged")
    location: str | None = None
    bridge_name: str | None = None
    gateway: str | None = Field(None, description="none: no router")
    first_ip: str | None = None
    last_ip: str | None = None
    lldp_match: str | None = None
    vip_usage: str | None = None
    ipmi_match_addr: str | None = None
    ipmi_match_cidr: _Number | None = None
    ipmi_mode: str | None = None


class NewReservation(_Body):
    """Addresses to keep back; one address without `last_ip`."""

    first_ip: str
    last_ip: str | None = None
    note: str = ""


class ReservationToChange(_Body):
    """What is to change of a reservation; what is absent stays."""

    first_ip: str | None = None
    last_ip: str | None = None
    note: str | None = None


class NewAddress(_Body):
    """An address that a machine is to have."""

    network: str
    ip: str


class NewRoleCount(_Body):
    """The last number that host names of a role used."""

    count: _Number


class NewFilebeatHost(_Body):
    """A host that machines are to send their logs to."""

    hostname: str
    port: _Number = 5044


class Replacement(_Body):
    """The machine that takes another one's place; `install` begins its installation."""

    machine: str
    install: bool = False


@router.patch("/networks/{name}", tags=["networks"])
def change_network(oci: Oci, name: str, body: NetworkToChange, condition: Condition) -> NetworkView:
    """Change a network."""
    change = NetworkChange(**body.model_dump())
    return condition.changed(
        oci.store.write(
            condition.guard(
                topology.show_network,
                name,
                lambda session: network_changes.change_network(session, oci, name, change),
            )
        )
    )


@router.get("/networks/{name}/reservations", tags=["networks"])
def list_reservations(oci: Oci, name: str) -> list[ReservationView]:
    """List the reserved addresses of a network."""
    with oci.store.read() as session:
        return addresses.list_reservations(session, name)


@router.post("/networks/{name}/reservations", status_code=201, tags=["networks"])
def create_reservation(
    oci: Oci, name: str, body: NewReservation, condition: Condition
) -> ReservationView:
    """Keep addresses of a network back: nobody gets them."""
    return oci.store.write(
        condition.guard(
            topology.show_network,
            name,
            lambda session: addresses.reserve(
                session, name, body.first_ip, body.last_ip, body.note
            ),
        )
    )


@router.patch("/networks/{name}/reservations/{first_ip}", tags=["networks"])
def change_reservation(
    oci: Oci, name: str, first_ip: str, body: ReservationToChange, condition: Condition
) -> ReservationView:
    """Change the reservation that begins with an address."""
    return oci.store.write(
        condition.guard(
            topology.show_network,
            name,
            lambda session: addresses.change_reservation(
                session, name, first_ip, body.first_ip, body.last_ip, body.note
            ),
        )
    )


@router.delete("/networks/{name}/reservations/{first_ip}", status_code=204, tags=["networks"])
def delete_reservation(oci: Oci, name: str, first_ip: str, condition: Condition) -> None:
    """End the reservation that begins with an address."""
    oci.store.write(
        condition.guard(
            topology.show_network,
            name,
            lambda session: addresses.release(session, name, first_ip),
        )
    )


@router.get("/machines/{name}/addresses", tags=["machines"])
def list_addresses(oci: Oci, name: str) -> list[AddressView]:
    """List the addresses of a machine."""
    with oci.store.read() as session:
        return addresses.list_addresses(session, name)


@router.post("/machines/{name}/addresses", status_code=201, tags=["machines"])
def add_address(oci: Oci, name: str, body: NewAddress, condition: Condition) -> MachineView:
    """Give a machine an address of one's choice."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                machines.show_machine,
                name,
                lambda session: addresses.add_address(session, oci, name, body.network, body.ip),
            )
        )
    )


@router.delete("/machines/{name}/addresses/{ip}", tags=["machines"])
def remove_address(oci: Oci, name: str, ip: str, condition: Condition) -> MachineView:
    """Take an address from a machine."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                machines.show_machine,
                name,
                lambda session: addresses.remove_address(session, name, ip),
            )
        )
    )


@router.post("/machines/{name}/replacement", tags=["machines"])
def replace_machine(oci: Oci, name: str, body: Replacement, condition: Condition) -> MachineView:
    """Give a machine's place to another one, and forget it."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                machines.show_machine,
                name,
                lambda session: restarts.replace(
                    session, oci, name, body.machine, install=body.install
                ),
            )
        )
    )


@router.delete("/machines/{name}/report-counter", tags=["machines"])
def reset_report_counter(oci: Oci, name: str, condition: Condition) -> MachineDetail:
    """Count a machine's reports from the beginning."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                machines.show_machine,
                name,
                lambda session: machines.reset_report_counter(session, name),
            )
        )
    )


@router.get("/clusters/{name}/role-counts", tags=["clusters"])
def list_role_counts(oci: Oci, name: str) -> list[RoleCountView]:
    """List the last numbers that host names used."""
    with oci.store.read() as session:
        return cluster_details.list_role_counts(session, name)


@router.put("/clusters/{name}/role-counts/{role}", tags=["clusters"])
def set_role_count(
    oci: Oci, name: str, role: str, body: NewRoleCount, condition: Condition
) -> RoleCountView:
    """Set the last number that host names of a role used."""
    return oci.store.write(
        condition.guard(
            clusters.show_cluster,
            name,
            lambda session: cluster_details.set_role_count(session, name, role, body.count),
        )
    )


@router.get("/clusters/{name}/filebeat-hosts", tags=["clusters"])
def list_filebeat_hosts(oci: Oci, name: str) -> list[FilebeatHostView]:
    """List the hosts that a cluster's machines send their logs to."""
    with oci.store.read() as session:
        return cluster_details.list_filebeat_hosts(session, name)


@router.post("/clusters/{name}/filebeat-hosts", status_code=201, tags=["clusters"])
def add_filebeat_host(
    oci: Oci, name: str, body: NewFilebeatHost, condition: Condition
) -> FilebeatHostView:
    """Let a cluster's machines send their logs to a host."""
    return oci.store.write(
        condition.guard(
            clusters.show_cluster,
            name,
            lambda session: cluster_details.add_filebeat_host(
                session, name, body.hostname, body.port
            ),
        )
    )


@router.delete(
    "/clusters/{name}/filebeat-hosts/{hostname}/{port}", status_code=204, tags=["clusters"]
)
def remove_filebeat_host(
    oci: Oci, name: str, hostname: str, port: int, condition: Condition
) -> None:
    """Let a cluster's machines no longer send their logs to a host."""
    oci.store.write(
        condition.guard(
            clusters.show_cluster,
            name,
            lambda session: cluster_details.remove_filebeat_host(session, name, hostname, port),
        )
    )
