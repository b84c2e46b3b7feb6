"""The two applications: plain HTTP for starting machines, HTTPS for everybody else."""

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from ocinstaller.actions.context import Installation
from ocinstaller.actions.login import PasswordCache
from ocinstaller.api import (
    access,
    boot,
    certificates,
    cluster_results,
    discovery,
    documentation,
    events,
    machine_table,
    nodes,
    objects,
    orders,
    passwords,
    places,
    plugins,
    power,
    problems,
    puppet,
    rings,
    settings,
    site_roles,
    v1,
)
from ocinstaller.api.auth import Server
from ocinstaller.api.compat import api as compat_api
from ocinstaller.api.compat import nodes as compat_nodes
from ocinstaller.api.limits import BodyLimit
from ocinstaller.api.reports import UnchangedReports
from ocinstaller.store import migrate

VERSION = "44.0.0"


class Health(BaseModel):
    """That the server works, and with which data base schema."""

    status: str
    version: str
    schema_revision: str


def _bare(oci: Installation, title: str, *, docs: bool) -> FastAPI:
    app = FastAPI(
        title=title,
        version=VERSION,
        openapi_url="/v1/openapi.json" if docs else None,
        docs_url=None,
        redoc_url=None,
        # A name that is only a slash would otherwise lead from an object to its collection.
        redirect_slashes=False,
    )
    serve(app, oci)
    if docs:
        app.add_middleware(UnchangedReports)
    app.add_middleware(BodyLimit)
    problems.install(app)
    documentation.install(app)
    return app


def serve(app: FastAPI, oci: Installation) -> None:
    """Let an application work on this installation; it forgets what it knew of another."""
    app.state.installation = oci
    app.state.passwords = PasswordCache()


def https_app(oci: Installation, *more: APIRouter) -> FastAPI:
    """Return the application for operators, machines and OCI's own programs.

    :param more: routers of the rooms above this one, such as the web pages
    """
    app = _bare(oci, "OpenStack Cluster Installer", docs=True)
    operators = (
        places.router,
        v1.router,
        site_roles.router,
        settings.router,
        objects.router,
        cluster_results.router,
        access.router,
        certificates.router,
        events.router,
        passwords.router,
        plugins.router,
        orders.router,
        power.router,
        rings.router,
        machine_table.router,
        discovery.router,
    )
    compat = (compat_api.router,) if oci.conf.compat.enabled else ()
    for router in (*operators, nodes.router, puppet.router, *compat, *more):
        app.include_router(router)

    @app.get("/health", tags=["health"])
    def health(oci: Server) -> Health:
        """Tell that the server and its data base work."""
        with oci.store.read() as session:
            revision = migrate.revision_of(session.connection())
        return Health(status="ok", version=VERSION, schema_revision=revision or "")

    return app


def boot_app(oci: Installation) -> FastAPI:
    """Return the application for starting machines."""
    app = _bare(oci, "OCI boot files", docs=False)
    app.include_router(boot.router)
    if oci.conf.compat.enabled:
        app.include_router(compat_nodes.router)
        app.include_router(compat_api.insecure)
    return app
