"""Secrets of clusters below `/v1`, for administrators."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from ocinstaller.actions import passwords
from ocinstaller.actions.passwords import PasswordChange, PasswordDetail, PasswordView
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition

router = APIRouter(prefix="/v1")


class NewValue(BaseModel):
    """What a secret is to be."""

    model_config = ConfigDict(extra="forbid")

    password: str


@router.get("/passwords", tags=["passwords"])
def list_passwords(oci: Oci, cluster: str | None = None) -> list[PasswordView]:
    """List the secrets of clusters, without their values."""
    with oci.store.read() as session:
        return passwords.list_passwords(session, cluster)


@router.get("/passwords/{password_id}", tags=["passwords"])
def show_password(
    oci: Oci, password_id: str, response: Response, condition: Condition
) -> PasswordDetail:
    """Show a secret; the audit has who saw it."""
    response.headers["Cache-Control"] = "no-store"
    found = oci.store.write(lambda session: passwords.show_password(session, oci, password_id))
    condition.show(found.password)
    return found


@router.put("/passwords/{password_id}", tags=["passwords"])
def set_password(
    oci: Oci, password_id: str, body: NewValue, condition: Condition
) -> PasswordChange:
    """Set a secret; the answer says on which machines Puppet has to run."""
    change = oci.store.write(
        condition.guard(
            passwords.view_password,
            password_id,
            lambda session: passwords.set_password(session, oci, password_id, body.password),
        )
    )
    condition.changed(change.password)
    return change
