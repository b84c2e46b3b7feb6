"""`machine-list` with groups of columns: the cells of each machine, in the order asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ocinstaller.actions import machine_cells
from ocinstaller.actions.listings import MACHINE_FILTERS
from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.machine_columns import GROUPS, ORDERS, Fields, columns
from ocinstaller.model.settings import MACHINE_SETTINGS, Value
from ocinstaller.store import setting_rows
from ocinstaller.store.paging import Filter, narrow
from ocinstaller.store.tables import Machine

_DEFAULTS = {name: setting.default for name, setting in MACHINE_SETTINGS.items()}

Cell = str | int | bool | datetime | None


@dataclass(frozen=True)
class MachineTable:
    """A table of machines."""

    columns: list[str]
    rows: list[list[Cell]]
    """A cell for each of the columns."""


def machine_table(
    session: Session, groups: Collection[str], order: str, wanted: Filter
) -> MachineTable:
    """Return the machines that are wanted as a table, in four queries.

    :param groups: names of `GROUPS`
    :param order: name of one of `ORDERS`
    :raises InvalidValue: no such group or order, or the filter names an unknown field
    """
    for group in groups:
        _check("group", group, GROUPS)
    _check("order", order, ORDERS)
    query = machine_cells.query().outerjoin(Machine.cluster).outerjoin(Machine.location)
    settings = setting_rows.of_machines(session)
    machines = session.scalars(narrow(query, MACHINE_FILTERS, wanted))
    found = [_fields(machine, settings.get(machine.id, {})) for machine in machines]
    shown = columns(groups)
    return MachineTable(
        [column.heading for column in shown],
        [
            [_cell(fields[column.field]) for column in shown]
            for fields in sorted(found, key=ORDERS[order])
        ],
    )


def _check(field: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise InvalidValue(field, name, ", ".join(known))


def _fields(machine: Machine, settings: Mapping[str, Value]) -> Fields:
    hardware = machine_cells.hardware(machine)
    return (
        _DEFAULTS
        | machine_cells.fields(machine, hardware, settings)
        | machine_cells.texts(machine, hardware)
    )


def _cell(value: object) -> Cell:
    if isinstance(value, str | int | datetime | None):
        return value
    return str(value)
