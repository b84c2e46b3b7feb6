"""What a new member of a cluster gets, before anything is stored."""

from collections.abc import Sequence

from ocinstaller.model import addressing
from ocinstaller.model.addressing import NetworkUse
from ocinstaller.model.errors import Conflict


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
            f"cluster {cluster} has no private network for role {role} at {location}",
            field="location",
            value=location,
            allowed=f"a location with a network of role all or {role}: use network-add first",
        )
    return uses
