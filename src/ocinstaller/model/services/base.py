"""What OpenStack stands on: balancing, addresses, data base, message queue, caches."""

from ocinstaller.model.placement.conditions import AnyOf, Has, Not
from ocinstaller.model.placement.inputs import FILEBEAT_WANTED, OWN_SWIFT_NAME, RABBIT_WANTED
from ocinstaller.model.secret_kinds import SecretKind
from ocinstaller.model.services.conditions import DESIGNATE, TELEMETRY
from ocinstaller.model.services.entries import (
    Deployment,
    On,
    Reach,
    Secret,
    Service,
    Shows,
    control,
    everywhere,
    tcp,
    udp,
)

_GALERA = tcp(4444, 4567, 4568, reach=Reach.PEERS)
"""State transfer, replication and incremental transfer."""
_ERLANG = tcp(4369, 25672, reach=Reach.PEERS)
"""Name server and distribution of RabbitMQ's nodes."""

BASE: tuple[Service, ...] = (
    Service("ssh", tcp(22, reach=Reach.EVERYONE), everywhere()),
    Service("chrony", (), everywhere(), Deployment("chrony")),
    Service("filebeat", (), everywhere(FILEBEAT_WANTED)),
    Service(
        "haproxy",
        (
            *tcp(443, reach=Reach.EVERYONE, shows=Shows.API),
            *tcp(3307),
            *tcp(8088, shows=Shows.MACHINE),
        ),
        (On("controller"), On("messaging"), On("swiftproxy", OWN_SWIFT_NAME), On("radosgw")),
        Deployment("haproxy", ("curl", "haproxy"), secrets=(Secret("haproxy_stats"),)),
    ),
    Service(
        "corosync",
        udp(5405, reach=Reach.PEERS),
        (On("controller"), On("messaging"), On("sql"), On("sqlmsg")),
        Deployment(
            "vip",
            ("corosync", "pacemaker", "pacemaker-cli-utils", "resource-agents"),
            secrets=(Secret("corosync_key", SecretKind.COROSYNC_KEY),),
            found=True,
        ),
    ),
    Service(
        "mariadb",
        (
            *tcp(3306, shows=Shows.MYSQL),
            *_GALERA,
            *tcp(9200, reach=Reach.PEERS, shows=Shows.MACHINE),
        ),
        (On("sql"), On("controller", Not(Has("sql")))),
        Deployment(
            "mariadb",
            ("galera-4", "mariadb-backup", "mariadb-client", "mariadb-server", "socat"),
            found=True,
        ),
    ),
    Service(
        "mariadb-telemetry",
        (*tcp(3306), *_GALERA, *tcp(9200, reach=Reach.PEERS)),
        (On("sqlmsg"), On("messaging", Not(Has("sqlmsg")))),
    ),
    Service(
        "rabbitmq",
        (*tcp(5671, shows=Shows.MACHINE), *_ERLANG),
        control(RABBIT_WANTED),
        Deployment(
            "rabbitmq",
            ("rabbitmq-server",),
            secrets=(Secret("rabbitmq_cookie", SecretKind.ERLANG_COOKIE),),
            found=True,
        ),
    ),
    Service("rabbitmq-notifications", (*tcp(5671), *_ERLANG), (On("messaging"),)),
    Service(
        "memcached",
        tcp(11211, reach=Reach.PEERS),
        (On("controller"), On("messaging")),
        Deployment("memcached", ("memcached",)),
    ),
    Service("zookeeper", tcp(2181), control(AnyOf(TELEMETRY, DESIGNATE))),
)
