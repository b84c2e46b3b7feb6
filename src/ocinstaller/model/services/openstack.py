"""OpenStack's services beside Keystone."""

from ocinstaller.model.placement.conditions import All, AnyOf, Has, Not
from ocinstaller.model.placement.inputs import (
    BARBICAN_WANTED,
    BGP_AGENT_WANTED,
    DHCP_AGENT_FORCED,
    DVR,
    HEAT_WANTED,
    MAGNUM_WANTED,
    MANILA_WANTED,
    OCTAVIA_WANTED,
    PANKO_WANTED,
    SHARE_WANTED,
)
from ocinstaller.model.services.conditions import (
    BACKUPS,
    CINDER,
    CLOUD,
    COMPUTE,
    DESIGNATE,
    OSDS,
    OWN_NETWORK_NODES,
    TELEMETRY,
)
from ocinstaller.model.services.entries import On, Port, Service, control, tcp, udp

_AGENTS_ON_CONTROLLERS = All(COMPUTE, Not(OWN_NETWORK_NODES))
_ROUTING = (
    On("network"),
    On("controller", _AGENTS_ON_CONTROLLERS),
    On("compute", AnyOf(DVR, Not(OWN_NETWORK_NODES))),
)


def _telemetry_storage() -> tuple[On, ...]:
    """Messaging machines take the load of Gnocchi and CloudKitty off the controllers."""
    return (On("messaging", TELEMETRY), On("controller", All(TELEMETRY, Not(Has("messaging")))))


OPENSTACK: tuple[Service, ...] = (
    Service("horizon", tcp(7080, 7443), control()),
    Service("heat-api", tcp(8004), control(HEAT_WANTED)),
    Service("heat-api-cfn", tcp(8000), control(HEAT_WANTED)),
    Service("heat-engine", (), control(HEAT_WANTED)),
    Service("barbican-api", tcp(9311), control(BARBICAN_WANTED)),
    Service("placement-api", tcp(8778), control(COMPUTE)),
    Service("glance-api", tcp(9292), control(COMPUTE)),
    Service("nova-api", tcp(8774), control(COMPUTE)),
    Service("nova-metadata", tcp(8775), control(COMPUTE)),
    Service("nova-conductor", (), control(COMPUTE)),
    Service("nova-scheduler", (), control(COMPUTE)),
    Service("nova-novncproxy", tcp(6080), control(COMPUTE)),
    Service("nova-compute", (), (On("compute"),)),
    Service("libvirtd", (Port(16514), Port(49152, last=49215)), (On("compute"),)),
    Service("neutron-server", tcp(9696), control(COMPUTE)),
    Service(
        "neutron-openvswitch-agent",
        udp(4789),
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
        tcp(179),
        (On("network", each=BGP_AGENT_WANTED), On("compute", each=BGP_AGENT_WANTED)),
    ),
    Service("cinder-api", tcp(8776), control(CINDER)),
    Service("cinder-scheduler", (), control(CINDER)),
    Service("cinder-volume", tcp(3260), (On("volume", CINDER), On("compute", All(CINDER, OSDS)))),
    Service(
        "cinder-backup",
        (),
        (On("controller", BACKUPS), On("volume", BACKUPS), On("compute", All(BACKUPS, OSDS))),
    ),
    Service("gnocchi-api", tcp(8041), _telemetry_storage()),
    Service("gnocchi-metricd", (), _telemetry_storage()),
    Service("gnocchi-statsd", udp(8125), _telemetry_storage()),
    Service("cloudkitty-api", tcp(8889), _telemetry_storage()),
    Service("cloudkitty-processor", (), _telemetry_storage()),
    Service("elasticsearch", tcp(9200), (On("elastic"),)),
    Service("ceilometer-central", (), control(TELEMETRY)),
    Service("ceilometer-notification", (), control(TELEMETRY)),
    Service("ceilometer-compute", (), (On("compute", TELEMETRY),)),
    Service("panko-api", tcp(8977), control(All(PANKO_WANTED, TELEMETRY))),
    Service("aodh-api", tcp(8042), control(COMPUTE)),
    Service("aodh-evaluator", (), control(COMPUTE)),
    Service("aodh-listener", (), control(COMPUTE)),
    Service("aodh-notifier", (), control(COMPUTE)),
    Service("octavia-api", tcp(9876), control(All(OCTAVIA_WANTED, COMPUTE))),
    Service("octavia-worker", (), control(All(OCTAVIA_WANTED, COMPUTE))),
    Service("octavia-health-manager", udp(5555), control(All(OCTAVIA_WANTED, COMPUTE))),
    Service("octavia-housekeeping", (), control(All(OCTAVIA_WANTED, COMPUTE))),
    Service("magnum-api", tcp(9511), control(All(MAGNUM_WANTED, COMPUTE))),
    Service("magnum-conductor", (), control(All(MAGNUM_WANTED, COMPUTE))),
    Service("etcd", tcp(2379, 2380), control(All(MAGNUM_WANTED, COMPUTE))),
    Service("etcd-discovery", tcp(8087), control(All(MAGNUM_WANTED, COMPUTE))),
    Service("manila-api", tcp(8786), control(All(MANILA_WANTED, COMPUTE))),
    Service("manila-scheduler", (), control(All(MANILA_WANTED, COMPUTE))),
    Service("manila-share", (), (On("compute", All(MANILA_WANTED, CLOUD), SHARE_WANTED),)),
    Service("designate-api", tcp(9001), control(DESIGNATE)),
    Service("designate-central", (), control(DESIGNATE)),
    Service("designate-mdns", tcp(5354), control(DESIGNATE)),
    Service("designate-producer", (), control(DESIGNATE)),
    Service("designate-worker", (), control(DESIGNATE)),
    Service("bind", (*tcp(53, 953), *udp(53)), (On("dns"),)),
    Service("ironic-api", tcp(6385), control(Has("metal"))),
    Service("ironic-conductor", (), control(Has("metal"))),
    Service("ironic-inspector", tcp(5050), control(Has("metal"))),
)
