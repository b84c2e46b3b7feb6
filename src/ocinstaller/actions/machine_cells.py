"""Machines as flat fields and short texts, for tables: those of `machine-list` and `api.php`."""

from collections.abc import Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from ocinstaller.model.addressing import is_management
from ocinstaller.model.hardware import BlockDevice, Firmware, HardwareReport, Nic
from ocinstaller.model.settings import Value
from ocinstaller.store import queries
from ocinstaller.store.tables import IpAddress, Location, Machine, Network

_GIB = 2**30
_TIB = 2**40
_NOBODY = "unknown"


def query() -> Select[tuple[Machine]]:
    """Return the query of machines with all that their fields show, whatever their number."""
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


def hardware(machine: Machine) -> HardwareReport:
    """Return what the machine last reported."""
    return HardwareReport.model_validate(machine.hardware)


def fields(
    machine: Machine, found: HardwareReport, settings: Mapping[str, Value]
) -> dict[str, object]:
    """Return what is known of a machine by the names of the original's data base.

    :param settings: those that are not at their default
    """
    return {
        **settings,
        **_hardware_fields(found),
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


def _hardware_fields(found: HardwareReport) -> dict[str, object]:
    cpu, bmc = found.cpu, found.bmc
    return {
        "system_manufacturer": found.product.manufacturer,
        "product_name": found.product.name,
        "bios_version": found.product.bios_version,
        "dell_lifecycle_version": found.product.lifecycle_version,
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
        "boot_uefi": found.firmware is Firmware.UEFI,
        "secure_boot": found.secure_boot,
    }


def texts(machine: Machine, found: HardwareReport) -> dict[str, str]:
    """Return where a machine belongs and what it consists of, each on one line."""
    location = machine.location
    return {
        "location_name": location.name if location else "",
        "swiftregion_name": location.swift_region.name if location else "",
        "cluster_name": machine.cluster.name if machine.cluster else "",
        "blockdevices": "/".join(f"{d.name}:{_size(d)}" for d in found.block_devices),
        "nics": "/".join(map(_cable, found.nics)),
        "links": "/".join("_".join((nic.name, *neighbour(nic))) for nic in found.nics),
        "mgmt_ip": _management_address(machine),
    }


def _size(device: BlockDevice) -> str:
    if device.size_bytes >= _TIB:
        return f"{device.size_bytes // _TIB}TB"
    return f"{device.size_bytes // _GIB}GB"


def _cable(nic: Nic) -> str:
    speed = nic.speed_mbps
    shown = f"{speed // 1000}GBits" if speed >= 1000 else f"{speed}MBits"  # noqa: PLR2004
    return "_".join((nic.name, f"{nic.mac}@{shown}", *neighbour(nic)))


def neighbour(nic: Nic) -> tuple[str, str]:
    """Return the switch and its port."""
    if nic.lldp is None:
        return _NOBODY, _NOBODY
    return nic.lldp.switch_hostname or _NOBODY, nic.lldp.switch_port or _NOBODY


def _management_address(machine: Machine) -> str:
    for address in machine.addresses:
        if address.network.role and is_management(queries.network_use(address.network)):
            return f"{address.ip}@{address.network.name}"
    return ""
