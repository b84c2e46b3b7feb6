"""Machines as rows: columns of their own, then one for each further setting, then what belongs."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from ocinstaller.api.compat import cluster_rows, columns
from ocinstaller.api.compat.envelope import Row, row
from ocinstaller.api.compat.setting_columns import MACHINE_COLUMNS, MACHINE_DEFAULTS
from ocinstaller.model.addressing import is_management
from ocinstaller.model.hardware import BlockDevice, Firmware, HardwareReport, Nic
from ocinstaller.model.settings import Value
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.tables import Cluster, IpAddress, Location, Machine, Network

_MIB = 2**20
_GIB = 2**30
_TIB = 2**40
_NOBODY = "unknown"
_EMPTY = "-"


def _query() -> Select[tuple[Machine]]:
    """Return the query of machines with all that their rows show, whatever their number."""
    return (
        select(Machine)
        .options(
            undefer(Machine.hardware),
            joinedload(Machine.cluster),
            joinedload(Machine.location).joinedload(Location.swift_region),
            selectinload(Machine.addresses)
            .joinedload(IpAddress.network)
            .joinedload(Network.location),
        )
        .order_by(Machine.serial)
    )


def machine_list(session: Session, wanted: Mapping[str, str]) -> list[Row]:
    """Return the machines whose columns have these values, with what `machine_list` adds."""
    settings = setting_rows.of_machines(session)
    found = (
        _listed(machine, settings.get(machine.id, {})) for machine in session.scalars(_query())
    )
    return [shown for shown in found if all(shown[name] == value for name, value in wanted.items())]


def machines_of_cluster(session: Session, cluster: Cluster) -> list[Row]:
    """Return the machines of a cluster."""
    settings = setting_rows.of_members(session, cluster.id)
    query = _query().where(Machine.cluster_id == cluster.id)
    return [_row(machine, settings.get(machine.id, {})) for machine in session.scalars(query)]


def machine_detail(session: Session, machine: Machine) -> Row:
    """Return a machine with its cluster and everything that it consists of."""
    hardware = _hardware(machine)
    cluster = machine.cluster
    return machine_row(session, machine) | {
        "machine_cluster": cluster_rows.cluster_detail(session, cluster) if cluster else None,
        "machine_blockdevices": block_device_rows(machine),
        "machine_phys_blockdevices": _rows(
            machine,
            columns.DRIVE,
            (
                drive.model_dump() | {"size": drive.size_bytes, "state": drive.state or "no-state"}
                for drive in hardware.drives
            ),
        ),
        "blkdev_ctrl": _rows(
            machine,
            columns.CONTROLLER,
            (
                controller.model_dump()
                | {"hwid": controller.address or "none", "ctrl_type": controller.kind or "none"}
                for controller in hardware.controllers
            ),
        ),
        "machine_ifs": _rows(machine, columns.INTERFACE, map(_interface, hardware.nics)),
        "machine_ips": [
            row(("ipaddr", "networkname"), {"ipaddr": a.ip, "networkname": a.network.name})
            for a in machine.addresses
        ],
    }


def block_device_rows(machine: Machine) -> list[Row]:
    """Return the block devices of a machine."""
    devices = _hardware(machine).block_devices
    return _rows(machine, columns.BLOCK_DEVICE, map(_block_device, devices))


def address_rows(machine: Machine) -> list[Row]:
    """Return the addresses of a machine, with what each is for."""
    names = ("networkname", "ipaddr", "usefor")
    return [
        row(names, {"networkname": a.network.name, "ipaddr": a.ip, "usefor": a.usefor})
        for a in machine.addresses
    ]


def machine_row(session: Session, machine: Machine) -> Row:
    """Return a machine as it is stored."""
    return _row(machine, setting_rows.of_machine(session, machine.id))


def _row(machine: Machine, settings: Mapping[str, Value]) -> Row:
    return row(MACHINE_COLUMNS, _values(machine, settings))


def _rows(
    machine: Machine, names: Sequence[str], found: Iterable[Mapping[str, object]]
) -> list[Row]:
    """Return rows of a table whose numbers we do not keep: they count within the machine."""
    return [
        row(names, {**values, "id": number, "machine_id": machine.id})
        for number, values in enumerate(found, start=1)
    ]


def _hardware(machine: Machine) -> HardwareReport:
    return HardwareReport.model_validate(machine.hardware)


def _values(machine: Machine, settings: Mapping[str, Value]) -> dict[str, object]:
    return {
        **MACHINE_DEFAULTS,
        **settings,
        **_hardware_values(_hardware(machine)),
        "id": machine.id,
        "memory": machine.memory_mib,
        "dhcp_ip": machine.dhcp_ip or "0.0.0.0",  # noqa: S104 - the original's "none"
        "ipaddr": machine.ipaddr,
        "serial": machine.serial,
        "hostname": machine.hostname or "",
        "installed": machine.status == "installed",
        "puppet_status": machine.puppet_status,
        "lastseen": machine.last_seen,
        "report_counter": machine.report_counter,
        "status": machine.status,
        "role": machine.role or "",
        "cluster": machine.cluster_id,
        "location_id": machine.location_id,
        "ipmi_set_in_progress": False,
    }


def _hardware_values(hardware: HardwareReport) -> dict[str, object]:
    cpu, bmc = hardware.cpu, hardware.bmc
    return {
        "system_manufacturer": hardware.product.manufacturer,
        "product_name": hardware.product.name,
        "bios_version": hardware.product.bios_version,
        "dell_lifecycle_version": hardware.product.lifecycle_version,
        "ipmi_firmware_version": bmc.firmware_version if bmc else "",
        "ipmi_detected_ip": bmc.address if bmc else "",
        "ladvd_report": "none",
        "use_oci_sort_dev": False,
        "cpu_vendor": cpu.vendor,
        "cpu_model_name": cpu.model,
        "cpu_mhz": cpu.mhz,
        "cpu_threads": cpu.threads,
        "cpu_core_per_socket": cpu.cores // cpu.sockets if cpu.sockets else 0,
        "cpu_sockets": cpu.sockets,
        "boot_uefi": hardware.firmware is Firmware.UEFI,
        "secure_boot": hardware.secure_boot,
    }


def _listed(machine: Machine, settings: Mapping[str, Value]) -> Row:
    """Return a machine as `machine_list` does: empty texts by name become dashes."""
    hardware = _hardware(machine)
    location = machine.location
    more = {
        "location_name": location.name if location else "",
        "swiftregion_name": location.swift_region.name if location else "",
        "cluster_name": machine.cluster.name if machine.cluster else "",
        "blockdevices": "/".join(f"{d.name}:{_size(d)}" for d in hardware.block_devices),
        "nics": "/".join(map(_cable, hardware.nics)),
        "links": "/".join("_".join((nic.name, *_neighbour(nic))) for nic in hardware.nics),
        "mgmt_ip": _management_address(machine),
    }
    shown = _row(machine, settings) | more
    return {
        name: _EMPTY if value == "" and not name.isdigit() else value
        for name, value in shown.items()
    }


def _size(device: BlockDevice) -> str:
    if device.size_bytes >= _TIB:
        return f"{device.size_bytes // _TIB}TB"
    return f"{device.size_bytes // _GIB}GB"


def _cable(nic: Nic) -> str:
    speed = nic.speed_mbps
    shown = f"{speed // 1000}GBits" if speed >= 1000 else f"{speed}MBits"  # noqa: PLR2004
    return "_".join((nic.name, f"{nic.mac}@{shown}", *_neighbour(nic)))


def _neighbour(nic: Nic) -> tuple[str, str]:
    """Return switch and port."""
    if nic.lldp is None:
        return _NOBODY, _NOBODY
    return nic.lldp.switch_hostname or _NOBODY, nic.lldp.switch_port or _NOBODY


def _management_address(machine: Machine) -> str:
    for address in machine.addresses:
        if address.network.role and is_management(queries.network_use(address.network)):
            return f"{address.ip}@{address.network.name}"
    return ""


def _block_device(device: BlockDevice) -> dict[str, object]:
    size = device.size_bytes // _MIB
    return {"name": device.name, "realdev": device.name, "size_mb": size}


def _interface(nic: Nic) -> dict[str, object]:
    switch, port = _neighbour(nic)
    return {
        "name": nic.name,
        "macaddr": nic.mac,
        "max_speed": nic.speed_mbps,
        "switchport_name": port,
        "switch_hostname": switch,
        "firmware_version": nic.firmware_version or "0.0.0",
        "driver": nic.driver or "none",
    }
