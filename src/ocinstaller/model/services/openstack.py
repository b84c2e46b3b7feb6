"""Further services of OpenStack, which this version places but does not deploy."""

from ocinstaller.model.placement.conditions import All, Has, Not
from ocinstaller.model.placement.inputs import (
    MAGNUM_WANTED,
    MANILA_WANTED,
    OCTAVIA_WANTED,
    PANKO_WANTED,
    SHARE_WANTED,
)
from ocinstaller.model.services.conditions import (
    CLOUD,
    COMPUTE,
    DESIGNATE,
    TELEMETRY,
)
from ocinstaller.model.services.entries import On, Service, control, tcp, udp


def _telemetry_storage() -> tuple[On, ...]:
    """Messaging machines take the load of Gnocchi and CloudKitty off the controllers."""
    return (On("messaging", TELEMETRY), On("controller", All(TELEMETRY, Not(Has("messaging")))))


OPENSTACK: tuple[Service, ...] = (
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
