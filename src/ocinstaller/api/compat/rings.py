"""Actions on Swift's rings."""

from ocinstaller.actions import rings
from ocinstaller.actions.ring_views import RingsView
from ocinstaller.actions.rings import RingRequest
from ocinstaller.api.compat.action import Action, Calculation, Call
from ocinstaller.api.compat.kinds import NAME, SERIAL, WEIGHT, YES_OR_NO
from ocinstaller.api.compat.parameters import Parameter
from ocinstaller.model.rings.devices import RingKind

_EC_ONLY = Parameter("ec_only", YES_OR_NO, needed=False)
_WEIGHTS = tuple(Parameter(f"initial_{kind}_weight", WEIGHT, needed=False) for kind in RingKind)
_PUBLISH = "machines get the rings with our `ocicli swift-publish-ring`, not with the client's"


def _weights(call: Call) -> dict[RingKind, float]:
    """Return the weights that were given, of every device, whatever its size."""
    given = {kind: call.values.get(f"initial_{kind}_weight") for kind in RingKind}
    return {kind: float(text) for kind, text in given.items() if text is not None}


def _calculate(call: Call) -> object:
    request = RingRequest(call.values.get("ec_only") == "yes", _weights(call))
    return _told(rings.calculate_rings(call.oci, call["cluster_name"], request, dry_run=False))


def _add_machine(call: Call) -> object:
    ec_only = call.values.get("ec_only") == "yes"
    view = rings.change_machine(
        call.oci, call["serial"], _weights(call), ec_only=ec_only, dry_run=False
    )
    return _told(view)


def _told(view: RingsView) -> str:
    lines = [
        f"{ring.name}: {ring.devices} devices, {ring.partitions} partitions, "
        f"{ring.moved} moved, balance {ring.balance:.2f} %"
        for ring in view.rings
        if not ring.published
    ]
    return "\n".join((*lines, "Calculated; ocicli swift-publish-ring gives it to the machines."))


ACTIONS: tuple[Action, ...] = (
    Calculation(
        "swift_caculate_ring",
        ("POST", "/v1/clusters/{name}/rings/calculation"),
        (Parameter("cluster_name", NAME), _EC_ONLY, *_WEIGHTS),
        _calculate,
        _PUBLISH,
    ),
    Calculation(
        "swift_add_machine_to_ring",
        ("POST", "/v1/machines/{name}/rings/calculation"),
        (Parameter("serial", SERIAL, aliases=("machine_serial",)), _EC_ONLY, *_WEIGHTS),
        _add_machine,
        _PUBLISH,
    ),
)
