"""Stores: Ceph, Swift, and what serves a single purpose."""

from ocinstaller.model.placement.conditions import All, FirstOf, Has, MachineFlag, Not
from ocinstaller.model.placement.inputs import OWN_OSDS
from ocinstaller.model.services.conditions import OSDS
from ocinstaller.model.services.entries import On, Port, Service, tcp

_MONITORS_ON_CONTROLLERS = All(OSDS, Not(Has("cephmon")))


def _storing(kind: str) -> tuple[On, ...]:
    """Stores hold everything unless told otherwise, proxies nothing."""
    return (
        On("swiftstore", each=MachineFlag(f"swift_store_{kind}", default=True)),
        On("swiftproxy", each=MachineFlag(f"swift_store_{kind}", default=False)),
    )


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
    Service("swift-proxy", tcp(8080), (On("swiftproxy"),)),
    Service("swift-object-expirer", (), (On("swiftproxy", each=FirstOf("swiftproxy")),)),
    Service("swift-account", tcp(6002), _storing("account")),
    Service("swift-container", tcp(6001), _storing("container")),
    Service("swift-object", tcp(6200), _storing("object")),
    Service("rsync", tcp(873), (On("swiftstore"),)),
    Service("debmirror", tcp(80), (On("debmirror"),)),
    Service("tempest", (), (On("tempest"),)),
)
