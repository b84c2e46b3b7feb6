"""A data centre to look at: machines that report as real ones do, a cluster, some history."""

import json
from dataclasses import dataclass

from sqlalchemy import select

from ocinstaller.actions import (
    addresses,
    cluster_details,
    clusters,
    installation,
    machines,
    network_changes,
    node_logs,
    nodes,
    rings,
    settings,
    site_documents,
    topology,
    users,
)
from ocinstaller.actions.context import Installation
from ocinstaller.actions.network_changes import NetworkChange
from ocinstaller.model.access import Act, Actor, ActorKind, UserRole
from ocinstaller.model.hardware import (
    BlockDevice,
    Bmc,
    Cpu,
    DiskKind,
    Firmware,
    HardwareReport,
    LldpNeighbour,
    Nic,
    Product,
)
from ocinstaller.model.plan import EventReport, InstallEvent, LogBatch, LogLine
from ocinstaller.model.rings.devices import RingKind
from ocinstaller.store.tables import Machine
from tests.conftest import PASSWORD

GIB = 1024**3
TB = 10**12
KEY = "k" * 43

_STEPS = (
    ("check", "disk sda is large enough"),
    ("partition", "GPT with 2 partitions on sda"),
    ("filesystems", "ext4 on oci-root"),
    ("unpack", "image verified, 41210 files"),
    ("configure", "12 files written"),
    ("bootloader", "GRUB for UEFI"),
    ("finish", "file systems are unmounted"),
)


@dataclass(frozen=True)
class Kind:
    """A kind of machine, as its vendor sells it."""

    product: str
    threads: int
    memory_gib: int
    data_disks: int
    disk: DiskKind
    disk_bytes: int
    model: str


CONTROL = Kind("PowerEdge R650", 32, 128, 1, DiskKind.SSD, 960 * 10**9, "MZ7L3960HCJR")
COMPUTE = Kind("PowerEdge R7625", 128, 768, 1, DiskKind.NVME, 2 * TB, "KCM6XVUL1T92")
STORE = Kind("ProLiant DL380 Gen11", 32, 192, 12, DiskKind.HDD, 18 * TB, "ST18000NM004J")


def hardware(number: int, kind: Kind) -> HardwareReport:
    """Return the report of a machine."""
    octets = f"{number >> 8:02x}:{number & 255:02x}"
    disks = [
        BlockDevice(name="sda", size_bytes=480 * 10**9, kind=DiskKind.SSD, model="MZ7L3480HCHQ",
                    serial=f"S6KN{number:06d}"),
        *(
            BlockDevice(name=f"sd{chr(98 + i)}", size_bytes=kind.disk_bytes, kind=kind.disk,
                        model=kind.model, serial=f"ZR5{number:04d}{i:02d}")
            for i in range(kind.data_disks)
        ),
    ]  # fmt: skip
    nics = [
        Nic(name=f"eth{port}", mac=f"52:54:00:{port:02x}:{octets}", speed_mbps=25000 if port < 2 else 0,
            driver="mlx5_core" if port < 2 else "tg3", link=port < 2,
            lldp=LldpNeighbour(switch_hostname=f"leaf-{1 + port}", switch_port=f"Eth1/{number % 48 + 1}")
            if port < 2 else None)
        for port in range(4)
    ]  # fmt: skip
    vendor = "HPE" if kind.product.startswith("ProLiant") else "Dell Inc."
    return HardwareReport(
        serial=serial(number),
        product=Product(manufacturer=vendor, name=kind.product, bios_version="2.4.1"),
        memory_mib=kind.memory_gib * 1024,
        cpu=Cpu(vendor="AuthenticAMD", model="AMD EPYC 9354", mhz=3250, sockets=2,
                cores=kind.threads // 2, threads=kind.threads),
        firmware=Firmware.UEFI,
        secure_boot=True,
        block_devices=tuple(disks),
        nics=tuple(nics),
        bmc=Bmc(address=f"10.0.9.{number % 250 + 1}", mac=f"52:54:00:09:{octets}", firmware_version="7.10"),
    )  # fmt: skip


def serial(number: int) -> str:
    """Return the serial number of a machine."""
    return f"CN{70400 + number * 13}"


def acting(oci: Installation, login: str, action: str) -> Installation:
    """Return the installation for an operator, so that the audit has something to show."""
    actor = Actor(ActorKind.USER, login, "192.0.2.10", "password", UserRole.ADMINISTRATOR)
    return oci.acting(Act(actor, action, "machine"))


def report(oci: Installation, document: HardwareReport) -> None:
    """Let a machine report."""
    oci.store.write(
        lambda session: nodes.receive_report(
            session, oci, document, KEY, "", "127.0.0.1", f"{document.serial:0>64}"
        )
    )


def event(oci: Installation, name: str, kind: InstallEvent, plan_id: str, reason: str = "") -> None:
    """Let a machine tell what happened."""
    document = EventReport(serial=name, event=kind, plan_id=plan_id, reason=reason)
    oci.store.write(lambda session: nodes.receive_event(session, oci, document, KEY, "127.0.0.1"))


def log(oci: Installation, name: str, plan_id: str, steps: int) -> None:
    """Let a machine send the log of its first steps."""
    lines = tuple(
        LogLine(seq=i, step=step, text=text) for i, (step, text) in enumerate(_STEPS[:steps])
    )
    batch = LogBatch(serial=name, plan_id=plan_id, lines=lines)
    oci.store.write(lambda session: node_logs.receive_log(session, batch, KEY))


def define(oci: Installation) -> None:
    """Make regions, locations, networks and a cluster."""
    write = acting(oci, "admin", "network-create").store.write
    write(lambda s: topology.create_swift_region(s, "europe"))
    for place in ("paris-1", "paris-2"):
        write(lambda s, place=place: topology.create_location(s, place, "europe"))
    for name, ip, cidr, place, public in (
        ("mgmt-1", "10.1.0.0", 24, "paris-1", False),
        ("mgmt-2", "10.2.0.0", 24, "paris-2", False),
        ("public-1", "203.0.113.0", 26, "paris-1", True),
        ("tenant-1", "10.3.0.0", 22, "paris-1", False),
        ("spare", "192.168.7.0", 24, "paris-2", False),
    ):
        write(
            lambda s,
            name=name,
            ip=ip,
            cidr=cidr,
            place=place,
            public=public: topology.create_network(s, name, ip, cidr, place, is_public=public)
        )
    write(lambda s: clusters.create_cluster(s, oci, "cloud", "example.com"))
    for name, role, iface in (
        ("mgmt-1", "all", "eth0"),
        ("mgmt-2", "all", "eth0"),
        ("public-1", "controller", "eth1"),
        ("tenant-1", "vm-net", "eth1"),
    ):
        write(
            lambda s, name=name, role=role, iface=iface: topology.assign_network(
                s, oci, name, "cloud", role, iface, "none"
            )
        )


def describe(oci: Installation) -> None:
    """Let the site have hardware profiles and a racking map, and some details of its network."""
    documents = {
        site_documents.PROFILES: {
            "control": {"role": "controller", "product-name": [CONTROL.product]},
            "hypervisor": {"role": "compute", "ram": {"min": 384, "max": 4096}},
            "store": {"role": "swiftstore", "product-name": [STORE.product]},
        },
        site_documents.RACKING: {
            "productnames": {kind.product: {"num-u": 1} for kind in (CONTROL, COMPUTE)},
            "switchhostnames": {
                f"leaf-{leaf}": {"dc": "paris", "row": "A", "rack": "A1"} for leaf in (1, 2)
            },
            "switchportnames": {f"Eth1/{port}": port for port in range(1, 49)},
        },
    }
    for name, document in documents.items():
        text = json.dumps(document, indent=2) + "\n"
        site_documents.replace(oci, name, text, lambda _session: None)
    detail = NetworkChange(vlan=210, mtu=9000, lldp_match="leaf-1")
    write = acting(oci, "ada", "network-set").store.write
    write(lambda s: network_changes.change_network(s, oci, "mgmt-1", detail))
    write(lambda s: addresses.reserve(s, "mgmt-1", "10.1.0.240", "10.1.0.249", "load balancers"))
    bmc = {"ipmi_use": "yes", "ipmi_addr": "127.0.0.1", "ipmi_username": "oci"}
    write(lambda s: settings.change_machine_settings(s, oci, serial(9), bmc))
    write(lambda s: cluster_details.add_filebeat_host(s, "cloud", "logs.example.com", 5044))


def populate(oci: Installation) -> None:
    """Make the whole data centre."""
    for login, role in (("ada", UserRole.OPERATOR), ("viewer", UserRole.VIEWER)):
        oci.store.write(
            lambda s, login=login, role=role: users.create_user(s, login, PASSWORD, role=role)
        )
    define(oci)
    kinds = [CONTROL] * 4 + [COMPUTE] * 12 + [STORE] * 8
    for number, kind in enumerate(kinds):
        report(oci, hardware(number, kind))
    ada = acting(oci, "ada", "machine-add")
    for number, role in enumerate(
        ["controller"] * 3 + [""] + ["compute"] * 8 + [""] * 4 + ["swiftstore"] * 6
    ):
        if role:
            place = "paris-1" if role == "controller" or number % 2 else "paris-2"
            ada.store.write(
                lambda s, n=number, role=role, place=place: machines.join(
                    s, oci, serial(n), "cloud", role, place, lambda _network: None
                )
            )
    for number, kind in enumerate(kinds):
        unit = 4 + number // 3 * 3
        high = 1 if kind is not STORE else 2
        place = {
            "loc_dc": "paris", "loc_row": "A", "loc_rack": f"A{number % 3 + 1}",
            "loc_u_start": str(unit), "loc_u_end": str(unit + high - 1),
        }  # fmt: skip
        ada.store.write(
            lambda s, n=number, place=place: settings.change_machine_settings(
                s, oci, serial(n), place
            )
        )
    describe(oci)
    balance(oci)
    for number, steps in ((0, 7), (1, 7), (2, 7), (4, 7), (5, 7), (6, 7), (7, 4), (8, 2), (9, 7)):
        install(oci, number, steps)


def balance(oci: Installation) -> None:
    """Publish the cluster's rings, and calculate others that wait: a store is to be emptied."""
    ada = acting(oci, "ada", "swift-calculate-ring")
    small = {"swift_part_power": "10", "swift_min_part_hours": "0"}
    ada.store.write(lambda s: settings.change_cluster_settings(s, oci, "cloud", small))
    rings.ensure_rings(ada, "cloud")
    leaving = dict.fromkeys(RingKind, 0.0)
    rings.change_machine(ada, serial(16), leaving, ec_only=False, dry_run=False)


def install(oci: Installation, number: int, steps: int) -> None:
    """Let a machine install its system, as far as `steps`."""
    name = serial(number)
    ada = acting(oci, "ada", "machine-install-os")
    ada.store.write(lambda s: installation.request_installation(s, oci, name))
    with oci.store.read() as session:
        plan_id = session.scalar(select(Machine.plan_id).where(Machine.serial == name))
    assert plan_id is not None
    event(oci, name, InstallEvent.STARTED, plan_id)
    log(oci, name, plan_id, steps)
    if steps == len(_STEPS):
        event(oci, name, InstallEvent.INSTALLED, plan_id)
        event(oci, name, InstallEvent.BOOTED, plan_id)
        failed = number == 9
        last = InstallEvent.PUPPET_FAILURE if failed else InstallEvent.PUPPET_SUCCESS
        reason = "Package[nova-compute]: the mirror does not answer" if failed else ""
        event(oci, name, last, plan_id, reason)
