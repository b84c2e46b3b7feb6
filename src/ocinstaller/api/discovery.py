"""Racking and hardware profiles below `/v1`."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from ocinstaller.actions import discovery, machines, settings, site_documents
from ocinstaller.actions.discovery import GuessedProfile, ProfileView
from ocinstaller.actions.site_documents import DocumentView
from ocinstaller.actions.views import MachineView
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition
from ocinstaller.model.racking import RackPlace

router = APIRouter(prefix="/v1", tags=["machines"])


class NewDocument(BaseModel):
    """The text of a document: JSON, parsed here so that every client behaves alike."""

    model_config = ConfigDict(extra="forbid")

    text: str


@router.get("/machines/{name}/racking")
def guess_racking(oci: Oci, name: str) -> RackPlace:
    """Tell where a machine is racked, by its neighbours on the network."""
    with oci.store.read() as session:
        return discovery.guess_racking(session, oci, name)


@router.post("/machines/{name}/racking")
def store_racking(oci: Oci, name: str, condition: Condition) -> RackPlace:
    """Store where a machine is racked, by its neighbours on the network."""
    place, after = oci.store.write(
        condition.guard(
            settings.show_machine_settings,
            name,
            lambda session: (
                discovery.rack(session, oci, name),
                settings.show_machine_settings(session, name),
            ),
        )
    )
    condition.changed(after)
    return place


@router.get("/hardware-profiles")
def list_profiles(oci: Oci) -> list[ProfileView]:
    """List the site's hardware profiles."""
    return discovery.list_profiles(oci)


@router.get("/site-documents/{name}")
def show_document(oci: Oci, name: str, condition: Condition) -> DocumentView:
    """Show the hardware profiles or the racking map as text, usable or not."""
    return condition.show(site_documents.show(oci, name))


@router.put("/site-documents/{name}")
def replace_document(oci: Oci, name: str, body: NewDocument, condition: Condition) -> DocumentView:
    """Replace the hardware profiles or the racking map."""
    guard = condition.guard(site_documents.shower(oci), name, lambda _session: None)
    return condition.changed(site_documents.replace(oci, name, body.text, guard))


@router.get("/machines/{name}/profile")
def guess_profile(oci: Oci, name: str) -> GuessedProfile:
    """Tell which hardware profiles a machine fits, and why it does not fit the others."""
    with oci.store.read() as session:
        return discovery.guess_profile(session, oci, name)


@router.post("/machines/{name}/automatic-enrolment")
def enrol_by_profile(oci: Oci, name: str, condition: Condition) -> MachineView:
    """Enrol a machine as its hardware profile and its neighbours on the network say."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                machines.show_machine,
                name,
                lambda session: discovery.enrol_by_profile(session, oci, name),
            )
        )
    )
