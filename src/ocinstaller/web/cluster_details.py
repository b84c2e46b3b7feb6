"""What belongs to a cluster beside its machines: counters of host names, hosts that take logs."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import cluster_details, clusters
from ocinstaller.model.errors import OciError
from ocinstaller.model.naming import machine_hostname
from ocinstaller.web import roles
from ocinstaller.web.checking import check
from ocinstaller.web.clusters import frame_of
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import BoundForm, Field, Form, Kind
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

COUNTER = Form(
    (
        Field("role", N_("Role"), Kind.SELECT),
        Field(
            "count",
            N_("Last number used"),
            Kind.NUMBER,
            N_("The next machine of the role gets the number after it."),
        ),
    )
)
LOG_HOST = Form(
    (
        Field("hostname", N_("Host name"), help=N_("Of a Logstash that Filebeat sends to.")),
        Field("port", N_("Port"), Kind.NUMBER, default="5044"),
    )
)
_WHOLE = "a whole number"


@dataclass(frozen=True)
class CounterRow:
    """A role, the last number that its host names used, and the next host name."""

    role: str
    count: int
    following: str


def _show(
    page: PageContext,
    name: str,
    error: OciError | None = None,
    counter: BoundForm | None = None,
    host: BoundForm | None = None,
) -> Response:
    with page.oci.store.read() as session:
        view = clusters.show_cluster(session, name)
        counters = cluster_details.list_role_counts(session, name)
        hosts = cluster_details.list_filebeat_hosts(session, name)
        known = roles.options(session)
    rows = [
        CounterRow(
            one.role, one.count, machine_hostname(view.name, one.role, one.count + 1, view.domain)
        )
        for one in counters
    ]
    values = {
        **frame_of(view, "details"),
        "counters": rows,
        "hosts": hosts,
        "counter_form": counter or COUNTER.show(role=known),
        "host_form": host or LOG_HOST.show(),
        "error": error.message if error and counter is None and host is None else "",
    }
    if error is not None:
        return page.refused("clusters/details.html", error, **values)
    return page.render("clusters/details.html", **values)


def _here(name: str) -> str:
    return f"/oci/clusters/{segment(name)}/details"


@router.get("/oci/clusters/{name}/details")
def show(page: Page, name: str) -> Response:
    """Show counters and log hosts, and the forms that change them."""
    return _show(page, name)


def _count(page: PageContext, name: str) -> Callable[[Session], object]:
    typed = page.typed
    return lambda session: cluster_details.set_role_count(
        session, name, typed.text("role"), typed.number("count", _WHOLE)
    )


@router.post("/oci/clusters/{name}/details/counters")
def set_counter(page: Page, name: str) -> Response:
    """Set the last number that host names of a role used."""
    try:
        page.write(clusters.show_cluster, name, _count(page, name))
    except OciError as error:
        form = COUNTER.show(page.typed, error, role=page.read(roles.options))
        return _show(page, name, error, counter=form)
    return page.see(_here(name), "saved")


@router.post("/oci/clusters/{name}/details/counters/check")
def check_counter(page: Page, name: str) -> Response:
    """Tell what is wrong with what was typed."""
    return check(page, COUNTER, _count(page, name), "counter-")


def _add_host(page: PageContext, name: str) -> Callable[[Session], object]:
    typed = page.typed
    return lambda session: cluster_details.add_filebeat_host(
        session, name, typed.text("hostname"), typed.number("port", _WHOLE)
    )


@router.post("/oci/clusters/{name}/details/log-hosts")
def add_host(page: Page, name: str) -> Response:
    """Let the cluster's machines send their logs to a host."""
    try:
        page.write(clusters.show_cluster, name, _add_host(page, name))
    except OciError as error:
        return _show(page, name, error, host=LOG_HOST.show(page.typed, error))
    return page.see(_here(name), "saved")


@router.post("/oci/clusters/{name}/details/log-hosts/check")
def check_host(page: Page, name: str) -> Response:
    """Tell what is wrong with what was typed."""
    return check(page, LOG_HOST, _add_host(page, name), "host-")


@router.post("/oci/clusters/{name}/details/log-hosts/{hostname}/{port}/delete")
def remove_host(page: Page, name: str, hostname: str, port: int) -> Response:
    """Let the cluster's machines no longer send their logs to a host."""
    try:
        page.write(
            clusters.show_cluster,
            name,
            lambda session: cluster_details.remove_filebeat_host(session, name, hostname, port),
        )
    except OciError as error:
        return _show(page, name, error)
    return page.see(_here(name), "saved")
