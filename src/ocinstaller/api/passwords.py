"""Secrets of clusters below `/v1`, for administrators."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from ocinstaller.actions import passwords
from ocinstaller.actions.passwords import PasswordChange, PasswordDetail, PasswordView
from ocinstaller.api.auth import Oci

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
def show_password(oci: Oci, password_id: str) -> PasswordDetail:
    """Show a secret."""
    with oci.store.read() as session:
        return passwords.show_password(session, oci, password_id)


@router.put("/passwords/{password_id}", tags=["passwords"])
def set_password(oci: Oci, password_id: str, body: NewValue) -> PasswordChange:
    """Set a secret; the answer says on which machines Puppet has to run."""
    return oci.store.write(
        lambda session: passwords.set_password(session, oci, password_id, body.password)
    )
