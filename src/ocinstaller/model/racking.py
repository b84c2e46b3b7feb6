"""Where a machine is racked, from the switch ports that its cables end at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import HardwareReport, LldpNeighbour
from ocinstaller.model.text import Text, joined


class _Entry(BaseModel):
    # Sites write the numbers of rows and racks with and without quotation marks.
    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, populate_by_name=True
    )


class Product(_Entry):
    """A product: how many units of a rack it takes."""

    units: int = Field(alias="num-u", ge=1, le=100)


class SwitchPlace(_Entry):
    """Where a switch is, which is where the machines below it are."""

    dc: str
    row: str
    rack: str
    location: str = Field(default="", alias="location-name")
    compute_aggregate: str = Field(default="", alias="compute-aggregate")


class RackingMap(_Entry):
    """The site's document: products, switches, and the unit that belongs to each port name."""

    products: Mapping[str, Product] = Field(alias="productnames")
    switches: Mapping[str, SwitchPlace] = Field(alias="switchhostnames")
    ports: Mapping[str, int] = Field(alias="switchportnames")


@dataclass(frozen=True)
class RackPlace:
    """A place in a rack, and what it follows from."""

    data_centre: str
    row: str
    rack: str
    unit_start: int
    unit_end: int
    location: str
    """Empty when the map names none."""
    reason: str

    def __str__(self) -> str:
        return Text(
            "data centre {data_centre}, row {row}, rack {rack}, units {unit_start} "
            "to {unit_end}: {reason}",
            data_centre=self.data_centre,
            row=self.row,
            rack=self.rack,
            unit_start=self.unit_start,
            unit_end=self.unit_end,
            reason=self.reason,
        )

    def settings(self) -> dict[str, str]:
        """Return the settings of a machine that is there."""
        return {
            "loc_dc": self.data_centre,
            "loc_row": self.row,
            "loc_rack": self.rack,
            "loc_u_start": str(self.unit_start),
            "loc_u_end": str(self.unit_end),
        }


def guess(report: HardwareReport, known: RackingMap) -> RackPlace:
    """Return where the machine of this report is.

    :raises Conflict: the map does not know its product or its neighbours, or these contradict
    """
    product = known.products.get(report.product.name)
    if product is None:
        raise Conflict(
            Text(
                "machine {serial} is a {name!r}, which the racking map lacks",
                serial=report.serial,
                name=report.product.name,
            ),
            field="productnames",
            value=report.product.name,
            allowed=", ".join(sorted(known.products)) or Text("nothing: the map has no products"),
        )
    seen = dict(_neighbours(report))
    places = {
        name: (known.switches[cable.switch_hostname], known.ports[cable.switch_port])
        for name, cable in seen.items()
        if cable.switch_hostname in known.switches and cable.switch_port in known.ports
    }
    said = joined(
        "; ",
        (
            Text(
                "{interface} sees {switch} {port}",
                interface=n,
                switch=c.switch_hostname,
                port=c.switch_port,
            )
            for n, c in seen.items()
        ),
    )
    if not places:
        raise Conflict(
            Text(
                "machine {serial} has no neighbour that the racking map knows: {said}",
                serial=report.serial,
                said=said or Text("none of its interfaces hears LLDP"),
            ),
            field="switchhostnames",
            value=said,
            allowed=Text("a switch and a port that are both in the racking map"),
        )
    if len(set(places.values())) > 1:
        raise Conflict(
            Text(
                "the neighbours of machine {serial} are at different places: {said}",
                serial=report.serial,
                said=said,
            ),
            field="switchhostnames",
            value=said,
            allowed=Text("switches of one rack, and ports of one unit"),
        )
    switch, unit = next(iter(places.values()))
    reason = joined(
        "; ",
        (
            Text(
                "{interface} sees {switch} {port}",
                interface=n,
                switch=seen[n].switch_hostname,
                port=seen[n].switch_port,
            )
            for n in places
        ),
    )
    return RackPlace(
        data_centre=switch.dc,
        row=switch.row,
        rack=switch.rack,
        unit_start=unit,
        unit_end=unit + product.units - 1,
        location=switch.location,
        reason=Text(
            "{reason}; a {name} takes {units} units",
            reason=reason,
            name=report.product.name,
            units=product.units,
        ),
    )


def _neighbours(report: HardwareReport) -> Iterator[tuple[str, LldpNeighbour]]:
    for nic in report.nics:
        if nic.lldp and nic.lldp.switch_hostname:
            yield nic.name, nic.lldp
