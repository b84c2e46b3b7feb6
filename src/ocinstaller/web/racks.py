"""Racks: data centre, row, rack and unit as a picture, coloured by role or state."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Response

from ocinstaller.actions.rack_places import RackedMachine, racked_machines
from ocinstaller.model.states import PuppetStatus
from ocinstaller.web.drawing.hues import hues
from ocinstaller.web.drawing.racks import UNIT, rows
from ocinstaller.web.formats import tone
from ocinstaller.web.page import Page, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_NO_ROLE = "–"


@router.get("/oci/racks")
def racks(page: Page) -> Response:
    """Show all racks."""
    machines = page.read(racked_machines)
    by = "state" if page.request.query_params.get("by") == "state" else "role"
    colour, legend = _by_state(machines) if by == "state" else _by_role(machines)
    return page.render("racks.html", rows=rows(machines, colour), by=by, legend=legend, unit=UNIT)


_Colour = Callable[[RackedMachine], str]


def _by_role(machines: Sequence[RackedMachine]) -> tuple[_Colour, dict[str, str]]:
    colours = hues(sorted({machine.role or _NO_ROLE for machine in machines}))
    return lambda machine: f"{colours[machine.role or _NO_ROLE]} fill", {
        name: f"{hue} fill" for name, hue in colours.items()
    }


def _state(machine: RackedMachine) -> str:
    failed = machine.puppet_status == PuppetStatus.FAILURE
    return f"Puppet {machine.puppet_status}" if failed else machine.status


def _by_state(machines: Sequence[RackedMachine]) -> tuple[_Colour, dict[str, str]]:
    def colour(machine: RackedMachine) -> str:
        return f"tone-{tone(_state(machine).removeprefix('Puppet '))} tone"

    return colour, {_state(machine): colour(machine) for machine in machines}
