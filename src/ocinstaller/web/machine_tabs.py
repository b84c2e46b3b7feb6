"""The pages of a machine: its tabs, and what stands above all of them."""

from collections.abc import Callable
from dataclasses import dataclass

from ocinstaller.actions import machines
from ocinstaller.actions.views import MachineView
from ocinstaller.api.conditional import entity_tag
from ocinstaller.web.formats import segment
from ocinstaller.web.languages import N_
from ocinstaller.web.page import PageContext

_IN_RINGS = ("swiftstore",)


@dataclass(frozen=True)
class Tab:
    """A tab of a machine's page."""

    path: str
    label: str
    current: bool


@dataclass(frozen=True)
class _Kind:
    name: str
    label: str
    for_machine: Callable[[MachineView], bool] = lambda _view: True


_TABS = (
    _Kind("", N_("Overview")),
    _Kind("addresses", N_("Addresses"), lambda view: view.cluster is not None),
    _Kind("power", N_("Power and BMC")),
    _Kind("rack", N_("Rack")),
    _Kind("calls", N_("Orders and plug-ins")),
    _Kind("rings", N_("Swift rings"), lambda view: view.role in _IN_RINGS),
    _Kind("settings", N_("Settings")),
)


def machine_url(name: str) -> str:
    """Return the path of a machine's page."""
    return f"/oci/machines/{segment(name)}"


def tabs_of(view: MachineView, current: str) -> list[Tab]:
    """Return the tabs of a machine's pages; `current` is the name of the one that is shown."""
    base = machine_url(view.serial)
    return [
        Tab(f"{base}/{kind.name}".rstrip("/"), kind.label, kind.name == current)
        for kind in _TABS
        if kind.for_machine(view) or kind.name == current
    ]


def frame_of(page: PageContext, name: str, tab: str) -> dict[str, object]:
    """Return what the frame of a machine's pages shows; `seen` is what its forms are made from."""
    view = page.read(lambda session: machines.show_machine(session, name)).machine
    return {
        "machine": view,
        "tabs": tabs_of(view, tab),
        "at": machine_url(view.serial),
        "seen": entity_tag(view),
    }
