"""The areas of the pages, and the notes that follow an action. Tables; templates show them."""

from dataclasses import dataclass

from ocinstaller.api.permissions import ROUTES
from ocinstaller.model.access import Actor
from ocinstaller.web.languages import N_


@dataclass(frozen=True)
class Area:
    """An area: its first page, its name, and the icon's name in `parts/icons.html`."""

    path: str
    label: str
    icon: str


@dataclass(frozen=True)
class Entry:
    """An area as the navigation shows it."""

    area: Area
    current: bool


AREAS = (
    Area("/oci/", N_("Overview"), "home"),
    Area("/oci/machines", N_("Machines"), "machine"),
    Area("/oci/racks", N_("Racks"), "rack"),
    Area("/oci/clusters", N_("Clusters"), "cluster"),
    Area("/oci/networks", N_("Networks"), "network"),
    Area("/oci/roles", N_("Roles"), "role"),
    Area("/oci/locations", N_("Locations"), "place"),
    Area("/oci/events", N_("Events"), "events"),
    Area("/oci/health", N_("Server"), "health"),
    Area("/oci/users", N_("Users"), "users"),
    Area("/oci/audit", N_("Audit"), "audit"),
)


def entries(actor: Actor, path: str) -> list[Entry]:
    """Return the areas that the actor may see; the one that `path` belongs to is current."""
    return [
        Entry(area, path == area.path or path.startswith(area.path.rstrip("/") + "/"))
        if area.path != "/oci/"
        else Entry(area, path == area.path)
        for area in AREAS
        if actor.may(ROUTES["GET", area.path].permission)
    ]


NOTES = {
    "enrolled": N_("The machine is enrolled."),
    "removed": N_("The machine has left its cluster."),
    "installing": N_("The installation is requested: it starts with the machine's next report."),
    "live": N_("The machine starts the live system: now if its agent or its BMC takes it there."),
    "disk": N_("The machine starts the system on its disk at its next report or start."),
    "reinstalling": N_("The machine starts the live system and then installs its system anew."),
    "wiping": N_("The machine erases its disks at its next report."),
    "released": N_("The machine has left its cluster and erases its disks in the live system."),
    "forgotten": N_("The machine is forgotten."),
    "repeated": N_("The calls that failed are repeated now."),
    "many": N_("Done for all selected machines."),
    "created": N_("Created."),
    "deleted": N_("Deleted."),
    "saved": N_("Saved."),
    "calculated": N_("Calculated: the rings wait for publication."),
    "published": N_("Published: the machines fetch the rings within minutes."),
    "called": N_("The plug-in was called: its answer is on the machine's page."),
    "ordered": N_("Ordered: the machine does it with its next report."),
    "pressed": N_("The BMC was told."),
    "replaced": N_("The machine has the other one's place. Install it."),
    "renewed": N_("Renewed: the machines fetch it within a day."),
    "password": N_("The password is changed. Log in with it."),
}
"""What pages say after an action; the address of the page carries only the key."""
