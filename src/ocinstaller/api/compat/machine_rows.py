"""Machines as rows: columns of their own, then one for each further setting, then what belongs."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from ocinstaller.actions import machine_cells
from ocinstaller.api.compat import cluster_rows, columns
from ocinstaller.api.compat.envelope import Row, row
from ocinstaller.api.compat.setting_columns import MACHINE_COLUMNS, MACHINE_DEFAULTS
from ocinstaller.model.hardware import BlockDevice, HardwareReport, Nic
from ocinstaller.model.settings import Value
from ocinstaller.store import setting_rows
from ocinstaller.store.tables import Cluster, Machine

_MIB = 2**20
_EMPTY = "-"


def machine_list(session: Session, wanted: Mapping[str, str]) -> list[Row]:
    """Return the machines whose columns have these values, with what `machine_list` adds."""
    settings = setting_rows.of_machines(session)
    found = (
        _listed(machine, settings.get(machine.id, {}))
        for machine in session.scalars(machine_cells.query())
    )
    return [shown for shown in found if all(shown[name] == value for name, value in wanted.items())]


def machines_of_cluster(session: Session, cluster: Cluster) -> list[Row]:
    """Return the machines of a cluster."""
    settings = setting_rows.of_members(session, cluster.id)
    query = machine_cells.query().where(Machine.cluster_id == cluster.id)
    return [
        _row(machine, machine_cells.hardware(machine), settings.get(machine.id, {}))
        for machine in session.scalars(query)
    ]


def machine_detail(session: Session, machine: Machine) -> Row:
    """Return a machine with its cluster and everything that it consists of."""
    hardware = machine_cells.hardware(machine)
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
    devices = machine_cells.hardware(machine).block_devices
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
    hardware = machine_cells.hardware(machine)
    return _row(machine, hardware, setting_rows.of_machine(session, machine.id))


def _row(machine: Machine, hardware: HardwareReport, settings: Mapping[str, Value]) -> Row:
    known = machine_cells.fields(machine, hardware, settings)
    return row(MACHINE_COLUMNS, MACHINE_DEFAULTS | known)


def _rows(
    machine: Machine, names: Sequence[str], found: Iterable[Mapping[str, object]]
) -> list[Row]:
    """Return rows of a table whose numbers we do not keep: they count within the machine."""
    return [
        row(names, {**values, "id": number, "machine_id": machine.id})
        for number, values in enumerate(found, start=1)
    ]


def _listed(machine: Machine, settings: Mapping[str, Value]) -> Row:
    """Return a machine as `machine_list` does: empty texts by name become dashes."""
    hardware = machine_cells.hardware(machine)
    shown = _row(machine, hardware, settings) | machine_cells.texts(machine, hardware)
    return {
        name: _EMPTY if value == "" and not name.isdigit() else value
        for name, value in shown.items()
    }


def _block_device(device: BlockDevice) -> dict[str, object]:
    size = device.size_bytes // _MIB
    return {"name": device.name, "realdev": device.name, "size_mb": size}


def _interface(nic: Nic) -> dict[str, object]:
    switch, port = machine_cells.neighbour(nic)
    return {
        "name": nic.name,
        "macaddr": nic.mac,
        "max_speed": nic.speed_mbps,
        "switchport_name": port,
        "switch_hostname": switch,
        "firmware_version": nic.firmware_version or "0.0.0",
        "driver": nic.driver or "none",
    }
