"""Stores: Ceph, Swift, and what serves a single purpose."""

from ocinstaller.model.placement.conditions import All, AnyOf, FirstOf, Has, MachineFlag, Not
from ocinstaller.model.placement.inputs import OWN_OSDS
from ocinstaller.model.services.conditions import OSDS
from ocinstaller.model.services.entries import (
    Api,
    CatalogueEntry,
    Deployment,
    On,
    Port,
    Reach,
    Secret,
    Service,
    ServiceUser,
    tcp,
)

_MONITORS_ON_CONTROLLERS = All(OSDS, Not(Has("cephmon")))

_SWIFT_PORTS_EACH = 99
"""Object servers with a port for each disk: more disks than any machine holds."""
_SWIFT_SECRETS = ("swift_hash_prefix", "swift_hash_suffix")


def _stores(kind: str) -> MachineFlag:
    return MachineFlag(f"swift_store_{kind}")


def _storing(kind: str) -> tuple[On, ...]:
    """Stores hold everything unless told otherwise; proxies are enrolled to hold nothing."""
    return (On("swiftstore", each=_stores(kind)), On("swiftproxy", each=_stores(kind)))


def _swift_server(kind: str, *ports: Port) -> Service:
    packages = (f"swift-{kind}", "xfsprogs")
    deployment = Deployment(f"swift_{kind}", packages, reads=_SWIFT_SECRETS)
    return Service(f"swift-{kind}", ports, _storing(kind), deployment)


STORAGE: tuple[Service, ...] = (
    Service(
        "ceph-mon", tcp(3300, 6789), (On("cephmon"), On("controller", _MONITORS_ON_CONTROLLERS))
    ),
    Service(
        "ceph-mgr",
        (Port(6800, last=7300),),
        (On("cephmon"), On("controller", _MONITORS_ON_CONTROLLERS)),
    ),
    Service("ceph-osd", (Port(6800, last=7300),), (On("cephosd"), On("compute", each=OWN_OSDS))),
    Service("billing-ceph-mon", tcp(3300, 6789), (On("billmon"),)),
    Service("billing-ceph-mgr", (Port(6800, last=7300),), (On("billmon"),)),
    Service("billing-ceph-osd", (Port(6800, last=7300),), (On("billosd"),)),
    Service("radosgw", tcp(7480), (On("radosgw", OSDS),)),
    Service(
        "swift-memcached",
        tcp(11211, reach=Reach.PEERS),
        (On("swiftproxy"),),
        Deployment("swift_memcached", ("memcached",)),
    ),
    Service(
        "swift-proxy",
        tcp(8080),
        (On("swiftproxy"),),
        Deployment(
            "swift_proxy",
            (
                "haproxy",
                "python3-barbicanclient",
                "python3-castellan",
                "python3-keystonemiddleware",
                "swift-proxy",
            ),
            Api(
                "object",
                8080,
                catalogue=(CatalogueEntry("object-store", "swift", "/v1/AUTH_%(project_id)s"),),
            ),
            user=ServiceUser("swift"),
            secrets=tuple(Secret(name) for name in _SWIFT_SECRETS),
        ),
    ),
    Service(
        "swift-object-expirer",
        (),
        (On("swiftproxy", each=FirstOf("swiftproxy")),),
        Deployment("swift_expirer", ("swift-object-expirer",), reads=_SWIFT_SECRETS),
    ),
    _swift_server("account", *tcp(6002)),
    _swift_server("container", *tcp(6001)),
    _swift_server("object", Port(6200, last=6200 + _SWIFT_PORTS_EACH)),
    Service(
        "rsync",
        tcp(873),
        (
            On("swiftstore"),
            On("swiftproxy", each=AnyOf(*map(_stores, ("account", "container", "object")))),
        ),
        Deployment("swift_rsync", ("rsync",), reads=_SWIFT_SECRETS),
    ),
    Service("debmirror", tcp(80), (On("debmirror"),)),
    Service("tempest", (), (On("tempest"),)),
)
