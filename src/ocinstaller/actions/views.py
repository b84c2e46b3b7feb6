"""What the use cases answer: plain values for API, CLI and web pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ocinstaller.actions.order_queue import OrderView
from ocinstaller.actions.plugins import PluginCallView
from ocinstaller.model import naming
from ocinstaller.model.addressing import API_VIP
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.placement.choices import QUORUM
from ocinstaller.model.settings import CLUSTER_SETTINGS, Value
from ocinstaller.model.text import Text
from ocinstaller.store.tables import Cluster, InstallLogLine, Location, Machine, Network

_SHOWN = ("region_name", "vip_hostname", "time_server_host")
"""The settings that stand beside a cluster's name."""


@dataclass(frozen=True)
class SwiftRegionView:
    """A Swift region."""

    name: str


@dataclass(frozen=True)
class LocationView:
    """A location and its Swift region."""

    name: str
    swift_region: str

    @classmethod
    def of(cls, row: Location) -> "LocationView":
        """Return the row as a view."""
        return cls(row.name, row.swift_region.name)


@dataclass(frozen=True)
class NetworkView:
    """A network, its range, and what it is used for."""

    name: str
    ip: str
    cidr: int
    first_ip: str
    last_ip: str
    is_public: bool
    location: str
    cluster: str | None
    role: str | None
    iface1: str | None
    iface2: str | None
    vlan: int | None
    mtu: int
    bridge_name: str | None
    gateway: str | None
    lldp_match: str | None
    vip_usage: str
    ipmi_match_addr: str | None
    ipmi_match_cidr: int | None
    ipmi_mode: str

    @classmethod
    def of(cls, row: Network) -> "NetworkView":
        """Return the row as a view."""
        return cls(
            name=row.name,
            ip=row.ip,
            cidr=row.cidr,
            first_ip=row.first_ip,
            last_ip=row.last_ip,
            is_public=row.is_public,
            location=row.location.name,
            cluster=row.cluster.name if row.cluster else None,
            role=row.role,
            iface1=row.iface1,
            iface2=row.iface2,
            vlan=row.vlan,
            mtu=row.mtu,
            bridge_name=row.bridge_name,
            gateway=row.gateway,
            lldp_match=row.lldp_match,
            vip_usage=row.vip_usage,
            ipmi_match_addr=row.ipmi_match_addr,
            ipmi_match_cidr=row.ipmi_match_cidr,
            ipmi_mode=row.ipmi_mode,
        )


@dataclass(frozen=True)
class ClusterView:
    """A cluster, its API's name and address, and what the operator should know about it."""

    name: str
    domain: str
    region_name: str
    vip_hostname: str
    vip_address: str | None
    other_vips: Mapping[str, str]
    """Virtual addresses of other services than the API, by usage."""
    time_server_host: str
    initial_cluster_setup: bool
    machines: int
    controllers: int
    highly_available: bool
    notice: str

    @classmethod
    def of(
        cls, row: Cluster, vips: Mapping[str, str], roles: list[str], settings: Mapping[str, Value]
    ) -> "ClusterView":
        """Return the row as a view.

        :param vips: its virtual addresses, by usage
        :param roles: of its machines
        :param settings: those that are not at their default
        """
        controllers = roles.count("controller")
        named = {name: str(settings.get(name, CLUSTER_SETTINGS[name].default)) for name in _SHOWN}
        return cls(
            name=row.name,
            domain=row.domain,
            region_name=named["region_name"],
            vip_hostname=naming.api_hostname(row.name, row.domain, named["vip_hostname"]),
            vip_address=vips.get(API_VIP),
            other_vips={usage: ip for usage, ip in sorted(vips.items()) if usage != API_VIP},
            time_server_host=named["time_server_host"],
            initial_cluster_setup=row.initial_cluster_setup,
            machines=len(roles),
            controllers=controllers,
            highly_available=controllers >= QUORUM,
            notice=_availability(controllers),
        )


def _availability(controllers: int) -> str:
    if controllers >= QUORUM:
        return ""
    return Text(
        "not highly available: {controllers} of at least {quorum} controllers",
        controllers=controllers,
        quorum=QUORUM,
    )


@dataclass(frozen=True)
class AddressView:
    """An address of a machine and its network."""

    network: str
    ip: str
    cidr: int
    usefor: str


@dataclass(frozen=True)
class MachineView:
    """A machine as listings show it."""

    serial: str
    product_name: str
    hostname: str | None
    ip: str
    status: str
    status_reason: str
    puppet_status: str
    role: str | None
    cluster: str | None
    location: str | None
    memory_mib: int
    last_seen: datetime
    open_order: str | None
    """Kind of the oldest order that has no outcome."""
    addresses: list[AddressView]

    @classmethod
    def of(cls, row: Machine) -> "MachineView":
        """Return the row as a view."""
        return cls(
            serial=row.serial,
            product_name=row.product_name,
            hostname=row.hostname,
            ip=row.ipaddr,
            status=row.status,
            status_reason=row.status_reason,
            puppet_status=row.puppet_status,
            role=row.role,
            cluster=row.cluster.name if row.cluster else None,
            location=row.location.name if row.location else None,
            memory_mib=row.memory_mib,
            last_seen=row.last_seen,
            open_order=row.open_order,
            addresses=[
                AddressView(a.network.name, a.ip, a.network.cidr, a.usefor) for a in row.addresses
            ],
        )


@dataclass(frozen=True)
class MachineDetail:
    """A machine with everything that it reported."""

    machine: MachineView
    hardware: HardwareReport
    first_seen: datetime
    report_counter: int
    orders: list[OrderView]
    """The newest ones, newest first."""
    plugin_calls: list[PluginCallView]
    """The newest first."""


@dataclass(frozen=True)
class LogLineView:
    """A line of an installation log; `id` grows, so that followers can ask for what is new."""

    id: int
    plan_id: str
    seq: int
    step: str
    level: str
    text: str
    received_at: datetime

    @classmethod
    def of(cls, row: InstallLogLine) -> "LogLineView":
        """Return the row as a view."""
        return cls(row.id, row.plan_id, row.seq, row.step, row.level, row.text, row.received_at)
