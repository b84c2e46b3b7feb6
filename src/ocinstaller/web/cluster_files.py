"""A cluster as a file: out of OCI, and into it after a look at what that would change."""

from fastapi import APIRouter, Response

from ocinstaller.actions.cluster_files import usecases
from ocinstaller.actions.cluster_files.document import ClusterFile
from ocinstaller.model.errors import OciError
from ocinstaller.web.changes import grouped
from ocinstaller.web.checking import plan_of
from ocinstaller.web.forms import BoundForm, Field, Form, Kind, filled
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute
from ocinstaller.web.rendering import HEADERS

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_NAME = "cluster.yaml"
FILE = Form(
    (
        Field(
            "text", N_("Cluster file"), Kind.AREA, N_("YAML; a file can be chosen above."), rows=24
        ),
        Field(
            "remove_machines",
            N_("Machines that the file does not name may leave the cluster"),
            Kind.CHECKBOX,
            required=False,
            also=("machines",),
        ),
    )
)


def _file(page: PageContext) -> ClusterFile:
    # Not `text`: the blanks at a line's beginning are YAML's.
    return ClusterFile(_NAME, page.typed.secret("text").replace("\r\n", "\n"))


def _show(page: PageContext, form: BoundForm, error: OciError | None = None) -> Response:
    if error is not None:
        return page.refused("clusters/file.html", error, form=form)
    return page.render("clusters/file.html", form=form)


@router.get("/oci/cluster-files")
def show(page: Page) -> Response:
    """Show the form that takes a file; `of` names a cluster to begin with."""
    name = page.request.query_params.get("of", "")
    if not name:
        return _show(page, FILE.show())
    text = page.read(lambda session: usecases.export_cluster(session, name))
    return _show(page, FILE.show(filled({"text": text})))


@router.post("/oci/cluster-files/plan")
def plan(page: Page) -> Response:
    """Show what applying the file would change; nothing is kept."""
    if not page.typed.text("text"):
        return page.render("parts/no_plan.html")
    return plan_of(
        page,
        FILE,
        lambda: grouped(
            page.oci.store.rehearse(
                lambda session: usecases.plan_file(session, page.oci, _file(page))
            )
        ),
    )


@router.post("/oci/cluster-files")
def apply(page: Page) -> Response:
    """Make the cluster what the file says."""
    try:
        file = _file(page)
        page.oci.store.write(
            lambda session: usecases.apply_file(
                session, page.oci, file, remove_machines=page.typed.checked("remove_machines")
            )
        )
    except OciError as error:
        return _show(page, FILE.show(page.typed, error), error)
    return page.see(f"/oci/clusters/{file.document.cluster.name}", "saved")


@router.get("/oci/clusters/{name}/file")
def download(page: Page, name: str) -> Response:
    """Give a cluster as a file."""
    text = page.read(lambda session: usecases.export_cluster(session, name))
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.yaml"'}
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)
