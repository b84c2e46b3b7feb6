"""What follows from a cluster's definition: explanations, plans, installation, cluster files."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ocinstaller.actions import cluster_installation, clusters, explanations, openrc
from ocinstaller.actions.cluster_files import usecases
from ocinstaller.actions.cluster_files.document import ClusterFile
from ocinstaller.actions.cluster_files.reader import TEXT_LIMIT
from ocinstaller.actions.cluster_installation import ClusterInstallation
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition
from ocinstaller.model.changes import MOST_ADDED
from ocinstaller.model.difference import Change
from ocinstaller.model.placement.facts import Decision

router = APIRouter(prefix="/v1")

_Short = Annotated[str, StringConstraints(max_length=255)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AddMachines(_Body):
    """Machines of a role to add in a plan."""

    role: _Short
    count: int = Field(default=1, ge=1, le=MOST_ADDED)
    location: _Short | None = None


class ChangeToPlan(_Body):
    """A change to try out: removals first, then settings, then additions."""

    remove_machines: list[_Short] = Field(default=[], max_length=10_000)
    settings: dict[_Short, _Short] = {}
    add_machines: list[AddMachines] = Field(default=[], max_length=100)


class FileToPlan(_Body):
    """A cluster file: YAML, parsed here so that every client behaves alike."""

    name: _Short = "cluster.yaml"
    text: str = Field(max_length=TEXT_LIMIT)


class FileToApply(FileToPlan):
    """A cluster file, and whether machines may leave their place in the cluster."""

    remove_machines: bool = False


class ExportedFile(BaseModel):
    """A cluster as the text of a YAML file."""

    text: str


class OpenRc(BaseModel):
    """Lines for a shell, with the administrator's password."""

    text: str


class Changes(BaseModel):
    """What differs, entry by entry; empty when nothing does."""

    changes: list[Change]


@router.get("/clusters/{name}/explanation", tags=["clusters"])
def explain_cluster(oci: Oci, name: str) -> list[Decision]:
    """Tell what was decided about a cluster, with reasons and facts."""
    with oci.store.read() as session:
        return explanations.explain_cluster(session, name)


@router.get("/machines/{name}/explanation", tags=["machines"])
def explain_machine(oci: Oci, name: str) -> list[Decision]:
    """Tell what was decided about a machine, with reasons and facts."""
    with oci.store.read() as session:
        return explanations.explain(session, name)


@router.post("/clusters/{name}/plan", tags=["clusters"])
def plan_change(oci: Oci, name: str, body: ChangeToPlan) -> Changes:
    """Tell what a change would lead to; nothing is changed."""
    groups = [explanations.AddedMachines(g.role, g.count, g.location) for g in body.add_machines]
    with oci.store.read() as session:
        changes = explanations.plan(
            session,
            oci,
            name,
            remove=body.remove_machines,
            settings=body.settings,
            add=groups,
        )
    return Changes(changes=changes)


@router.get("/clusters/{name}/installation", tags=["clusters"])
def show_installation(oci: Oci, name: str) -> ClusterInstallation:
    """Tell how far the installation of a cluster is, stage by stage."""
    with oci.store.read() as session:
        return cluster_installation.show_installation(session, name)


@router.post("/clusters/{name}/installation", status_code=202, tags=["clusters"])
def install_cluster(oci: Oci, name: str, condition: Condition) -> ClusterInstallation:
    """Start every machine whose turn it is; asked again, it goes on."""
    return oci.store.write(
        condition.guard(
            clusters.show_cluster,
            name,
            lambda session: cluster_installation.install_cluster(session, oci, name),
        )
    )


@router.get("/clusters/{name}/file", tags=["cluster files"])
def export_cluster(oci: Oci, name: str) -> ExportedFile:
    """Give a cluster as a file."""
    with oci.store.read() as session:
        return ExportedFile(text=usecases.export_cluster(session, name))


@router.get("/clusters/{name}/openrc", tags=["clusters"])
def show_openrc(oci: Oci, name: str, response: Response) -> OpenRc:
    """Give the environment of a cluster's administrator; the audit has who saw it."""
    response.headers["Cache-Control"] = "no-store"
    return OpenRc(text=oci.store.write(lambda session: openrc.administrator(session, oci, name)))


@router.post("/cluster-files/plan", tags=["cluster files"])
def plan_file(oci: Oci, body: FileToPlan) -> Changes:
    """Tell what applying a file would change; nothing is changed."""
    file = ClusterFile(body.name, body.text)
    changes = oci.store.rehearse(lambda session: usecases.plan_file(session, oci, file))
    return Changes(changes=changes)


@router.post("/cluster-files/apply", tags=["cluster files"])
def apply_file(oci: Oci, body: FileToApply) -> Changes:
    """Make a cluster what a file says, in one transaction; tell what that changed."""
    file = ClusterFile(body.name, body.text)
    changes = oci.store.write(
        lambda session: usecases.apply_file(
            session, oci, file, remove_machines=body.remove_machines
        )
    )
    return Changes(changes=changes)
