"""Settings of clusters and machines: grouped, with help and defaults, and who is affected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import clusters, machines, settings
from ocinstaller.actions.consequences import consequences
from ocinstaller.actions.settings import SettingChange, SettingsView
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.errors import OciError, Stale
from ocinstaller.model.settings import GROUPS, Kind, Setting, shown
from ocinstaller.web.changes import grouped
from ocinstaller.web.clusters import frame_of
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import Typed
from ocinstaller.web.machine_tabs import frame_of as machine_frame
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True)
class Entry:
    """A setting as the form shows it."""

    setting: Setting
    value: str
    default: str
    is_default: bool
    choices: tuple[str, ...]
    error: str
    present: str | None
    """What somebody else has made of the setting meanwhile."""


@dataclass(frozen=True)
class Group:
    """Settings under one heading; `changed` of them are not at their default."""

    title: str
    entries: list[Entry]
    changed: int


class _Show(Protocol):
    def __call__(self, session: Session, name: str, /, *, lock: bool = False) -> SettingsView:
        """Return the settings of an object."""


@dataclass(frozen=True)
class _Scope:
    """Clusters or machines: how their settings are shown and changed."""

    name: str
    template: str
    show: _Show
    change: Callable[[Session, PageContext, str, Mapping[str, str | None]], list[SettingChange]]
    url: str


_CLUSTER = _Scope(
    "cluster",
    "clusters/settings.html",
    settings.show_cluster_settings,
    lambda session, page, name, texts: settings.change_cluster_settings(
        session, page.oci, name, texts
    ),
    "/oci/clusters",
)
_MACHINE = _Scope(
    "machine",
    "machines/settings.html",
    settings.show_machine_settings,
    lambda session, page, name, texts: settings.change_machine_settings(
        session, page.oci, name, texts
    ),
    "/oci/machines",
)


def _groups(
    scope: _Scope, now: SettingsView, typed: Typed | None, error: OciError | None
) -> list[Group]:
    values = {one.name: one for one in now.settings}
    found = []
    for title, members in GROUPS[scope.name].items():
        entries = []
        for setting in members:
            view = values[setting.name]
            value = "" if setting.secret else view.value
            if typed is not None and setting.name in typed.values and not setting.secret:
                value = typed.text(setting.name)
            wrong = error.message if error is not None and error.field == setting.name else ""
            entries.append(
                Entry(
                    setting,
                    value,
                    shown(setting.default),
                    view.is_default,
                    _choices(setting),
                    wrong,
                    view.value if isinstance(error, Stale) and value != view.value else None,
                )
            )
        changed = sum(not entry.is_default for entry in entries)
        found.append(Group(title, entries, changed))
    return found


def _choices(setting: Setting) -> tuple[str, ...]:
    if setting.inherits:
        return ()
    return ("yes", "no") if setting.kind is Kind.BOOLEAN else setting.choices


def _texts(scope: _Scope, typed: Typed, now: SettingsView) -> dict[str, str | None]:
    """Return what differs from the present values; an emptied field goes back to its default."""
    secrets = {one.name for group in GROUPS[scope.name].values() for one in group if one.secret}
    texts: dict[str, str | None] = {}
    for one in now.settings:
        if one.name not in typed.values:
            continue
        text = typed.text(one.name)
        if one.name in secrets:
            if text:
                texts[one.name] = text
        elif text != one.value:
            texts[one.name] = text or None
    return texts


def _show(page: PageContext, scope: _Scope, name: str, error: OciError | None = None) -> Response:
    now = page.read(lambda session: scope.show(session, name))
    groups = _groups(scope, now, page.typed if error else None, error)
    known = any(entry.error for group in groups for entry in group.entries)
    values: dict[str, object] = {
        "groups": groups,
        "seen": entity_tag(now),
        "name": name,
        "path": f"{scope.url}/{segment(name)}/settings",
        "error": "" if error is None or known else error.message,
    }
    if scope is _CLUSTER:
        view = page.read(lambda session: clusters.show_cluster(session, name))
        values = {**frame_of(view, "settings"), **values}
    else:
        values = {**machine_frame(page, name, "settings"), **values}
    if error is not None:
        return page.refused(scope.template, error, **values)
    return page.render(scope.template, **values)


def _save(page: PageContext, scope: _Scope, name: str) -> Response:
    now = page.read(lambda session: scope.show(session, name))
    texts = _texts(scope, page.typed, now)
    try:
        page.write(scope.show, name, lambda session: scope.change(session, page, name, texts))
    except OciError as error:
        return _show(page, scope, name, error)
    return page.see(f"{scope.url}/{segment(name)}/settings", "saved")


def _plan(page: PageContext, scope: _Scope, name: str, cluster: str | None) -> Response:
    now = page.read(lambda session: scope.show(session, name))
    texts = _texts(scope, page.typed, now)
    told: list[SettingChange] = []

    def work(session: Session) -> None:
        told[:] = scope.change(session, page, name, texts)

    try:
        found = consequences(page.oci, [cluster] if cluster else [], work)
    except OciError as error:
        return page.render("parts/setting_plan.html", error=error.message, changes=[], groups=[])
    return page.render("parts/setting_plan.html", error="", changes=told, groups=grouped(found))


@router.get("/oci/clusters/{name}/settings")
def cluster_settings(page: Page, name: str) -> Response:
    """Show the settings of a cluster."""
    return _show(page, _CLUSTER, name)


@router.post("/oci/clusters/{name}/settings")
def change_cluster(page: Page, name: str) -> Response:
    """Change settings of a cluster."""
    return _save(page, _CLUSTER, name)


@router.post("/oci/clusters/{name}/settings/plan")
def plan_cluster(page: Page, name: str) -> Response:
    """Show whom the typed settings concern and what they would change."""
    return _plan(page, _CLUSTER, name, name)


@router.get("/oci/machines/{name}/settings")
def machine_settings(page: Page, name: str) -> Response:
    """Show the settings of a machine."""
    return _show(page, _MACHINE, name)


@router.post("/oci/machines/{name}/settings")
def change_machine(page: Page, name: str) -> Response:
    """Change settings of a machine."""
    return _save(page, _MACHINE, name)


@router.post("/oci/machines/{name}/settings/plan")
def plan_machine(page: Page, name: str) -> Response:
    """Show whom the typed settings concern and what they would change."""
    view = page.read(lambda session: machines.show_machine(session, name)).machine
    return _plan(page, _MACHINE, name, view.cluster)
