"""The states of all machines, small enough to be read twice a second."""

from dataclasses import dataclass

from sqlalchemy import select

from ocinstaller.actions.context import Installation
from ocinstaller.store.tables import Machine


@dataclass(frozen=True, slots=True)
class MachineState:
    """What an open page shows of a machine and others change."""

    serial: str
    hostname: str | None
    status: str
    puppet_status: str
    status_reason: str


def machine_states(oci: Installation) -> dict[str, MachineState]:
    """Return the state of each machine, by serial number.

    :raises Unavailable: the data base cannot be reached
    """
    columns = (
        Machine.serial,
        Machine.hostname,
        Machine.status,
        Machine.puppet_status,
        Machine.status_reason,
    )
    with oci.store.read() as session:
        return {row[0]: MachineState(*row) for row in session.execute(select(*columns))}
