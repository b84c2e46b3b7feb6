"""Roles below `/v1`: those that OCI brings, and the site's own."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from ocinstaller.actions import site_roles
from ocinstaller.actions.site_roles import RoleView
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition

router = APIRouter(prefix="/v1", tags=["roles"])


class NewRole(BaseModel):
    """A role to add: plain systems of this name."""

    model_config = ConfigDict(extra="forbid")

    name: str
    purpose: str = ""


class RoleToChange(BaseModel):
    """What is to change of a role."""

    model_config = ConfigDict(extra="forbid")

    purpose: str


@router.get("/roles")
def list_roles(oci: Oci) -> list[RoleView]:
    """List the roles that a machine can have; the site's own at the end."""
    with oci.store.read() as session:
        return site_roles.list_roles(session)


@router.post("/roles", status_code=201)
def create_role(oci: Oci, body: NewRole, condition: Condition) -> RoleView:
    """Add a role of the site."""
    return condition.changed(
        oci.store.write(lambda session: site_roles.create_role(session, body.name, body.purpose))
    )


@router.get("/roles/{name}")
def show_role(oci: Oci, name: str, condition: Condition) -> RoleView:
    """Show a role."""
    with oci.store.read() as session:
        return condition.show(site_roles.show_role(session, name))


@router.patch("/roles/{name}")
def change_role(oci: Oci, name: str, body: RoleToChange, condition: Condition) -> RoleView:
    """Say otherwise what a role of the site is for."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                site_roles.show_role,
                name,
                lambda session: site_roles.change_purpose(session, name, body.purpose),
            )
        )
    )


@router.delete("/roles/{name}", status_code=204)
def delete_role(oci: Oci, name: str, condition: Condition) -> None:
    """Delete a role of the site that nothing uses."""
    oci.store.write(
        condition.guard(
            site_roles.show_role,
            name,
            lambda session: site_roles.delete_role(session, name),
        )
    )
