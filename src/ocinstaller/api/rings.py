"""Swift's rings below `/v1`."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from ocinstaller.actions import clusters, rings
from ocinstaller.actions.ring_views import RingsView
from ocinstaller.actions.rings import RingRequest
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition
from ocinstaller.model.rings.devices import RingKind

router = APIRouter(prefix="/v1", tags=["rings"])

_Weight = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RingCalculation(_Body):
    """A calculation of a cluster's rings.

    `weights` are those of every device from now on; an empty object goes back to the disks' sizes,
    without it what was said before stays.
    """

    ec_only: bool = False
    weights: dict[RingKind, _Weight] | None = None
    dry_run: bool = False


class MachineRingCalculation(_Body):
    """A calculation in which a machine joins the rings, or gets other weights there.

    `weights` are those of each of its devices, 0 drains it; an empty object takes the disks' sizes.
    """

    ec_only: bool = False
    weights: dict[RingKind, _Weight] = {}
    dry_run: bool = False


@router.get("/clusters/{name}/rings")
def show_rings(oci: Oci, name: str) -> RingsView:
    """Show a cluster's rings, published and calculated, and which machines have them."""
    with oci.store.read() as session:
        return rings.show_rings(session, name)


@router.post("/clusters/{name}/rings/calculation")
def calculate_rings(oci: Oci, name: str, body: RingCalculation) -> RingsView:
    """Calculate a cluster's rings; machines get them when they are published."""
    request = RingRequest(body.ec_only, body.weights)
    return rings.calculate_rings(oci, name, request, dry_run=body.dry_run)


@router.post("/clusters/{name}/rings/publication")
def publish_rings(oci: Oci, name: str, condition: Condition) -> RingsView:
    """Let a cluster's machines have the rings that were calculated last."""
    return oci.store.write(
        condition.guard(
            clusters.show_cluster, name, lambda session: rings.publish_rings(session, name)
        )
    )


@router.post("/machines/{name}/rings/calculation")
def calculate_with_machine(oci: Oci, name: str, body: MachineRingCalculation) -> RingsView:
    """Let a machine join the rings, or change its weights there, and calculate them."""
    return rings.change_machine(oci, name, body.weights, ec_only=body.ec_only, dry_run=body.dry_run)
