"""The table of machines, and the page of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import audit, explanations, machines
from ocinstaller.actions.audit import AuditFilter, AuditView
from ocinstaller.actions.installation_progress import last_installation
from ocinstaller.actions.machine_search import FACETS, SORTS, MachinePage, MachineSearch, search
from ocinstaller.actions.views import MachineDetail, MachineView
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.machine_verbs import possible
from ocinstaller.model.placement.facts import Decision
from ocinstaller.model.states import MEANINGS, State
from ocinstaller.web.languages import N_
from ocinstaller.web.machine_actions import LABELS, Action
from ocinstaller.web.machine_tabs import tabs_of
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_ALL = "*"
"""Stands for "not filtered by": an empty value means machines that have none."""
_LOG_LINES = 1000
_HISTORY = 20

_FACET_LABELS = {
    "status": N_("State"),
    "puppet_status": N_("Puppet"),
    "role": N_("Role"),
    "cluster": N_("Cluster"),
    "location": N_("Location"),
    "product_name": N_("Product"),
}
_COLUMN_LABELS = {
    "serial": N_("Serial"),
    "status": N_("State"),
    "hostname": N_("Host name"),
    "role": N_("Role"),
    "cluster": N_("Cluster"),
    "location": N_("Location"),
    "puppet_status": N_("Puppet"),
    "ip": N_("Address"),
    "product_name": N_("Product"),
    "memory_mib": N_("Memory"),
}


@dataclass(frozen=True)
class FacetOption:
    """A value to filter by."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A field to filter by."""

    name: str
    label: str
    options: Sequence[FacetOption]


@dataclass(frozen=True)
class Column:
    """A column and the link that sorts by it; `order` is empty unless it is sorted by already."""

    label: str
    link: str
    order: str


@dataclass(frozen=True)
class CertificateView:
    """A certificate of a machine."""

    name: str
    expires_at: datetime
    days_left: int


def query_of(parameters: Mapping[str, str]) -> MachineSearch:
    """Return what the address of the page asks for; what makes no sense is left out."""
    sort = parameters.get("sort", "serial")
    page = parameters.get("page", "1")
    return MachineSearch(
        text=parameters.get("text", "").strip(),
        filters={name: parameters[name] for name in FACETS if parameters.get(name, _ALL) != _ALL},
        sort=sort if sort in SORTS else "serial",
        descending=parameters.get("descending") == "1",
        page=int(page) if page.isdecimal() else 1,
    )


def link(wanted: MachineSearch) -> str:
    """Return the address of the page that shows a search."""
    values: dict[str, str] = {"text": wanted.text} if wanted.text else {}
    values |= wanted.filters
    if wanted.sort != "serial" or wanted.descending:
        values["sort"] = wanted.sort
    if wanted.descending:
        values["descending"] = "1"
    if wanted.page > 1:
        values["page"] = str(wanted.page)
    return "/oci/machines" + (f"?{urlencode(values)}" if values else "")


@router.get("/oci/machines")
def table(page: Page) -> Response:
    """Show the machines that are searched for."""
    wanted = query_of(page.request.query_params)
    found = page.read(lambda session: search(session, wanted))
    return page.render(
        "machines/results.html" if page.is_part else "machines/list.html",
        query=wanted,
        found=found,
        facets=_facets(found, wanted),
        columns=[_column(name, wanted) for name in _COLUMN_LABELS],
        narrowed=bool(wanted.text or wanted.filters),
        previous=link(replace(wanted, page=found.page - 1)) if found.page > 1 else "",
        following=link(replace(wanted, page=found.page + 1)) if found.page < found.pages else "",
    )


def _facets(found: MachinePage, wanted: MachineSearch) -> list[Facet]:
    return [
        Facet(
            name,
            _FACET_LABELS[name],
            [
                FacetOption(one.value, one.count, wanted.filters.get(name) == one.value)
                for one in found.facets[name]
            ],
        )
        for name in FACETS
    ]


def _column(name: str, wanted: MachineSearch) -> Column:
    current = wanted.sort == name
    descending = current and not wanted.descending
    target = link(replace(wanted, sort=name, descending=descending, page=1))
    order = ("descending" if wanted.descending else "ascending") if current else ""
    return Column(_COLUMN_LABELS[name], target, order)


@router.get("/oci/machines/{name}")
def machine(page: Page, name: str) -> Response:
    """Show a machine and everything that is known about it."""

    def everything(session: Session) -> dict[str, object]:
        detail = machines.show_machine(session, name)
        last = last_installation(session, name, _LOG_LINES)
        return {
            "detail": detail,
            "log": last.log,
            "progress": last.progress,
            "decisions": _decisions(session, detail),
            "history": _history(page, session, detail),
        }

    values = page.read(everything)
    detail = values["detail"]
    assert isinstance(detail, MachineDetail)  # noqa: S101 - tells the type checker
    return page.render(
        "machines/machine.html",
        meaning=MEANINGS[State(detail.machine.status)],
        tabs=tabs_of(detail.machine, ""),
        seen=entity_tag(detail),
        actions=_actions(page, detail.machine),
        certificates=_certificates(page, detail),
        **values,
    )


def _actions(page: PageContext, view: MachineView) -> list[Action]:
    verbs = possible(State(view.status), in_cluster=view.cluster is not None)
    return [LABELS[verb] for verb in verbs if page.offers("POST", f"/oci/machines/{{name}}/{verb}")]


def _decisions(session: Session, detail: MachineDetail) -> list[Decision]:
    if detail.machine.cluster is None:
        return []
    return explanations.explain(session, detail.machine.serial)


def _history(page: PageContext, session: Session, detail: MachineDetail) -> list[AuditView]:
    if not page.offers("GET", "/oci/audit"):
        return []
    wanted = AuditFilter(object_kind="machine", object_name=detail.machine.serial)
    return audit.list_records(session, wanted, _HISTORY)


def _certificates(page: PageContext, detail: MachineDetail) -> list[CertificateView]:
    name = detail.machine.hostname
    end = page.oci.authority.expiry(name) if name else None
    if name is None or end is None:
        return []
    return [CertificateView(name, end, (end - datetime.now(UTC)).days)]


@router.get("/oci/machines/{name}/log")
def log(page: Page, name: str) -> Response:
    """Show the installation's progress and log as they are now."""

    view = page.read(lambda session: machines.show_machine(session, name)).machine
    last = page.read(lambda session: last_installation(session, name, _LOG_LINES))
    return page.render(
        "machines/now.html",
        machine=view,
        log=last.log,
        progress=last.progress,
        actions=_actions(page, view),
    )
