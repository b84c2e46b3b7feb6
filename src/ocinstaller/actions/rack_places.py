"""Where machines are: data centre, row, rack and units, as their settings say."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.store.tables import Cluster, Machine, MachineSetting

_PLACE = ("loc_dc", "loc_row", "loc_rack", "loc_u_start", "loc_u_end")


@dataclass(frozen=True)
class RackedMachine:
    """A machine and its place; units are as operators wrote them, which may be no numbers."""

    serial: str
    hostname: str | None
    role: str | None
    status: str
    puppet_status: str
    cluster: str | None
    data_centre: str
    row: str
    rack: str
    unit_start: str
    unit_end: str


def racked_machines(session: Session) -> Sequence[RackedMachine]:
    """Return every machine that is said to be in a rack, in two queries."""
    settings = select(MachineSetting.machine_id, MachineSetting.name, MachineSetting.value).where(
        MachineSetting.name.in_(_PLACE)
    )
    places: dict[int, dict[str, str]] = defaultdict(dict)
    for number, name, value in session.execute(settings).tuples():
        places[number][name] = value or ""
    query = (
        select(
            Machine.id,
            Machine.serial,
            Machine.hostname,
            Machine.role,
            Machine.status,
            Machine.puppet_status,
            Cluster.name,
        )
        .outerjoin(Machine.cluster)
        .where(
            Machine.id.in_(select(MachineSetting.machine_id).where(MachineSetting.name.in_(_PLACE)))
        )
        .order_by(Machine.serial)
    )
    return [
        RackedMachine(*fields, *(places[number].get(name, "") for name in _PLACE))
        for number, *fields in session.execute(query)
        if places[number].get("loc_rack")
    ]
