"""The services that a cluster is made of, as one table: where each runs, when, on which ports."""

from dataclasses import dataclass
from enum import StrEnum

from ocinstaller.model.placement.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Condition,
    FirstOf,
    Has,
    HasOsds,
    MachineFlag,
    Named,
    Not,
)
from ocinstaller.model.placement.inputs import (
    BACKUP_TO_EXTERNAL_SWIFT,
    BARBICAN_WANTED,
    BGP_AGENT_WANTED,
    DESIGNATE_WANTED,
    DHCP_AGENT_FORCED,
    DVR,
    EXTERNAL_SWIFT,
    FILEBEAT_WANTED,
    HEAT_WANTED,
    MAGNUM_WANTED,
    MANILA_WANTED,
    OCTAVIA_WANTED,
    OWN_OSDS,
    OWN_SWIFT_NAME,
    PANKO_WANTED,
    RABBIT_WANTED,
    SHARE_WANTED,
    TELEMETRY_WANTED,
)
from ocinstaller.model.roles import ROLES


class Transport(StrEnum):
    """What a port belongs to."""

    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True)
class Port:
    """A port, or the first of a range, that a service listens on."""

    number: int
    transport: Transport = Transport.TCP
    last: int | None = None

    def __str__(self) -> str:
        span = f"{self.number}–{self.last}" if self.last else str(self.number)
        return span if self.transport is Transport.TCP else f"{span}/{self.transport}"


@dataclass(frozen=True)
class On:
    """Machines that run a service: those of a role, when the cluster is so and the machine so."""

    role: str
    when: Condition = ALWAYS
    each: Condition = ALWAYS

    def __str__(self) -> str:
        conditions = [str(c) for c in (self.when, self.each) if c is not ALWAYS]
        return self.role + (f": {'; '.join(conditions)}" if conditions else "")


@dataclass(frozen=True)
class Service:
    """A service: its name in explanations and plans, its ports and where it runs."""

    name: str
    ports: tuple[Port, ...]
    places: tuple[On, ...]


def _tcp(*numbers: int) -> tuple[Port, ...]:
    return tuple(Port(number) for number in numbers)


def _udp(*numbers: int) -> tuple[Port, ...]:
    return tuple(Port(number, Transport.UDP) for number in numbers)


def _everywhere(when: Condition = ALWAYS) -> tuple[On, ...]:
    return tuple(On(role.name, when) for role in ROLES if role.name != "metal")


def _control(when: Condition = ALWAYS) -> tuple[On, ...]:
    return (On("controller", when),)


OSDS = HasOsds()
COMPUTE = Has("compute")
CLOUD = Named("cloud", All(Has("controller"), COMPUTE))
"""There is something to compute on, and somebody who answers for it."""
CINDER = Named("block storage", All(CLOUD, AnyOf(OSDS, Has("volume"))))
EXTERNAL_BACKUPS = Named("external backup store", All(EXTERNAL_SWIFT, BACKUP_TO_EXTERNAL_SWIFT))
BACKUPS = Named("volume backups", All(CINDER, AnyOf(OSDS, EXTERNAL_BACKUPS, Has("swiftstore"))))
TELEMETRY = Named("telemetry", All(TELEMETRY_WANTED, CLOUD, OSDS))
DESIGNATE = Named("DNS service", All(DESIGNATE_WANTED, CLOUD))
CONDITIONS = (CLOUD, CINDER, EXTERNAL_BACKUPS, BACKUPS, TELEMETRY, DESIGNATE)
"""Conditions with a name: the documentation explains each once."""
OWN_NETWORK_NODES = Has("network")
_MONITORS_ON_CONTROLLERS = All(OSDS, Not(Has("cephmon")))
_AGENTS_ON_CONTROLLERS = All(COMPUTE, Not(OWN_NETWORK_NODES))
_ROUTING = (
    On("network"),
    On("controller", _AGENTS_ON_CONTROLLERS),
    On("compute", AnyOf(DVR, Not(OWN_NETWORK_NODES))),
)


def _storing(kind: str) -> tuple[On, ...]:
    """Stores hold everything unless told otherwise, proxies nothing."""
    return (
        On("swiftstore", each=MachineFlag(f"swift_store_{kind}")),
        On("swiftproxy", each=MachineFlag(f"swift_store_{kind}")),
    )


def _telemetry_storage() -> tuple[On, ...]:
    """Messaging machines take the load of Gnocchi and CloudKitty off the controllers."""
    return (On("messaging", TELEMETRY), On("controller", All(TELEMETRY, Not(Has("messaging")))))


SERVICES: tuple[Service, ...] = (
    Service("ssh", _tcp(22), _everywhere()),
    Service("chrony", (), _everywhere()),
    Service("filebeat", (), _everywhere(FILEBEAT_WANTED)),
    Service(
        "haproxy",
        _tcp(443, 8088),
        (On("controller"), On("messaging"), On("swiftproxy", OWN_SWIFT_NAME), On("radosgw")),
    ),
    Service("corosync", _udp(5405), (On("controller"), On("messaging"), On("sql"), On("sqlmsg"))),
    Service(
        "mariadb",
        _tcp(3306, 4444, 4567, 4568, 9200),
        (On("sql"), On("controller", Not(Has("sql")))),
    ),
    Service(
        "mariadb-telemetry",
        _tcp(3306, 4444, 4567, 4568, 9200),
        (On("sqlmsg"), On("messaging", Not(Has("sqlmsg")))),
    ),
    Service("rabbitmq", _tcp(4369, 5671, 25672), _control(RABBIT_WANTED)),
    Service("rabbitmq-notifications", _tcp(4369, 5671, 25672), (On("messaging"),)),
    Service("memcached", _tcp(11211), (On("controller"), On("messaging"))),
    Service("zookeeper", _tcp(2181), _control(AnyOf(TELEMETRY, DESIGNATE))),
    Service("keystone", _tcp(5000), _control()),
    Service("horizon", _tcp(7080, 7443), _control()),
    Service("heat-api", _tcp(8004), _control(HEAT_WANTED)),
    Service("heat-api-cfn", _tcp(8000), _control(HEAT_WANTED)),
    Service("heat-engine", (), _control(HEAT_WANTED)),
    Service("barbican-api", _tcp(9311), _control(BARBICAN_WANTED)),
    Service("placement-api", _tcp(8778), _control(COMPUTE)),
    Service("glance-api", _tcp(9292), _control(COMPUTE)),
    Service("nova-api", _tcp(8774), _control(COMPUTE)),
    Service("nova-metadata", _tcp(8775), _control(COMPUTE)),
    Service("nova-conductor", (), _control(COMPUTE)),
    Service("nova-scheduler", (), _control(COMPUTE)),
    Service("nova-novncproxy", _tcp(6080), _control(COMPUTE)),
    Service("nova-compute", (), (On("compute"),)),
    Service("libvirtd", (Port(16514), Port(49152, last=49215)), (On("compute"),)),
    Service("neutron-server", _tcp(9696), _control(COMPUTE)),
    Service(
        "neutron-openvswitch-agent",
        _udp(4789),
        (On("network"), On("compute"), On("controller", _AGENTS_ON_CONTROLLERS)),
    ),
    Service("neutron-l3-agent", (), _ROUTING),
    Service("neutron-metadata-agent", (), _ROUTING),
    Service(
        "neutron-dhcp-agent",
        (),
        (
            On("network"),
            On("controller", _AGENTS_ON_CONTROLLERS),
            On("compute", each=AnyOf(Not(OWN_NETWORK_NODES), DHCP_AGENT_FORCED)),
        ),
    ),
    Service("neutron-metering-agent", (), (On("compute"),)),
    Service(
        "neutron-bgp-dragent",
        _tcp(179),
        (On("network", each=BGP_AGENT_WANTED), On("compute", each=BGP_AGENT_WANTED)),
    ),
    Service("cinder-api", _tcp(8776), _control(CINDER)),
    Service("cinder-scheduler", (), _control(CINDER)),
    Service("cinder-volume", _tcp(3260), (On("volume", CINDER), On("compute", All(CINDER, OSDS)))),
    Service(
        "cinder-backup",
        (),
        (On("controller", BACKUPS), On("volume", BACKUPS), On("compute", All(BACKUPS, OSDS))),
    ),
    Service("gnocchi-api", _tcp(8041), _telemetry_storage()),
    Service("gnocchi-metricd", (), _telemetry_storage()),
    Service("gnocchi-statsd", _udp(8125), _telemetry_storage()),
    Service("cloudkitty-api", _tcp(8889), _telemetry_storage()),
    Service("cloudkitty-processor", (), _telemetry_storage()),
    Service("elasticsearch", _tcp(9200), (On("elastic"),)),
    Service("ceilometer-central", (), _control(TELEMETRY)),
    Service("ceilometer-notification", (), _control(TELEMETRY)),
    Service("ceilometer-compute", (), (On("compute", TELEMETRY),)),
    Service("panko-api", _tcp(8977), _control(All(PANKO_WANTED, TELEMETRY))),
    Service("aodh-api", _tcp(8042), _control(COMPUTE)),
    Service("aodh-evaluator", (), _control(COMPUTE)),
    Service("aodh-listener", (), _control(COMPUTE)),
    Service("aodh-notifier", (), _control(COMPUTE)),
    Service("octavia-api", _tcp(9876), _control(All(OCTAVIA_WANTED, COMPUTE))),
    Service("octavia-worker", (), _control(All(OCTAVIA_WANTED, COMPUTE))),
    Service("octavia-health-manager", _udp(5555), _control(All(OCTAVIA_WANTED, COMPUTE))),
    Service("octavia-housekeeping", (), _control(All(OCTAVIA_WANTED, COMPUTE))),
    Service("magnum-api", _tcp(9511), _control(All(MAGNUM_WANTED, COMPUTE))),
    Service("magnum-conductor", (), _control(All(MAGNUM_WANTED, COMPUTE))),
    Service("etcd", _tcp(2379, 2380), _control(All(MAGNUM_WANTED, COMPUTE))),
    Service("etcd-discovery", _tcp(8087), _control(All(MAGNUM_WANTED, COMPUTE))),
    Service("manila-api", _tcp(8786), _control(All(MANILA_WANTED, COMPUTE))),
    Service("manila-scheduler", (), _control(All(MANILA_WANTED, COMPUTE))),
    Service("manila-share", (), (On("compute", All(MANILA_WANTED, CLOUD), SHARE_WANTED),)),
    Service("designate-api", _tcp(9001), _control(DESIGNATE)),
    Service("designate-central", (), _control(DESIGNATE)),
    Service("designate-mdns", _tcp(5354), _control(DESIGNATE)),
    Service("designate-producer", (), _control(DESIGNATE)),
    Service("designate-worker", (), _control(DESIGNATE)),
    Service("bind", (*_tcp(53, 953), *_udp(53)), (On("dns"),)),
    Service("ironic-api", _tcp(6385), _control(Has("metal"))),
    Service("ironic-conductor", (), _control(Has("metal"))),
    Service("ironic-inspector", _tcp(5050), _control(Has("metal"))),
    Service(
        "ceph-mon", _tcp(3300, 6789), (On("cephmon"), On("controller", _MONITORS_ON_CONTROLLERS))
    ),
    Service(
        "ceph-mgr",
        (Port(6800, last=7300),),
        (On("cephmon"), On("controller", _MONITORS_ON_CONTROLLERS)),
    ),
    Service("ceph-osd", (Port(6800, last=7300),), (On("cephosd"), On("compute", each=OWN_OSDS))),
    Service("billing-ceph-mon", _tcp(3300, 6789), (On("billmon"),)),
    Service("billing-ceph-mgr", (Port(6800, last=7300),), (On("billmon"),)),
    Service("billing-ceph-osd", (Port(6800, last=7300),), (On("billosd"),)),
    Service("radosgw", _tcp(7480), (On("radosgw", OSDS),)),
    Service("swift-proxy", _tcp(8080), (On("swiftproxy"),)),
    Service("swift-object-expirer", (), (On("swiftproxy", each=FirstOf("swiftproxy")),)),
    Service("swift-account", _tcp(6002), _storing("account")),
    Service("swift-container", _tcp(6001), _storing("container")),
    Service("swift-object", _tcp(6200), _storing("object")),
    Service("rsync", _tcp(873), (On("swiftstore"),)),
    Service("debmirror", _tcp(80), (On("debmirror"),)),
    Service("tempest", (), (On("tempest"),)),
)
"""All services. Conditions on the machine itself stand behind those on the cluster."""
