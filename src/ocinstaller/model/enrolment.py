"""What a new member of a cluster gets, before anything is stored."""

from collections.abc import Mapping, Sequence

from ocinstaller.model import addressing
from ocinstaller.model.addressing import NetworkUse
from ocinstaller.model.errors import Conflict
from ocinstaller.model.settings import MACHINE_SETTINGS, Value
from ocinstaller.model.text import Text


def networks_of_member(
    cluster: str,
    networks: Sequence[NetworkUse],
    role: str,
    location: str,
    *,
    has_network_nodes: bool,
) -> list[NetworkUse]:
    """Return the networks that a machine will be connected to, by name.

    :raises Conflict: when none of them can carry its management traffic
    """
    uses = addressing.networks_for_machine(
        networks, role, location, has_network_nodes=has_network_nodes
    )
    if not any(addressing.is_management(use) for use in uses):
        raise Conflict(
            Text(
                "cluster {cluster} has no private network for role {role} at {location}",
                cluster=cluster,
                role=role,
                location=location,
            ),
            field="location",
            value=location,
            allowed=Text(
                "a location with a network of role all or {role}: use network-add first", role=role
            ),
        )
    return uses


_PROXY_WITHOUT_DISKS: Mapping[str, Value] = {
    "swift_store_account": False,
    "swift_store_container": False,
    "swift_store_object": False,
}


def settings_of_member(role: str) -> Mapping[str, Value]:
    """Return the settings that a machine of this role begins with, if not at their defaults.

    Swift's proxies hold no data unless the operator says so.
    """
    return _PROXY_WITHOUT_DISKS if role == "swiftproxy" else {}


def settings_beyond_role(role: str, settings: Mapping[str, Value]) -> dict[str, Value]:
    """Return a machine's settings that are not what machines of its role begin with.

    :param settings: those that are not at their default
    """
    base = settings_of_member(role)
    together = {name: settings.get(name, MACHINE_SETTINGS[name].default) for name in base}
    return {
        name: value
        for name, value in {**settings, **together}.items()
        if value != base.get(name, MACHINE_SETTINGS[name].default)
    }
