"""The audit: who did what, and what was refused."""

from urllib.parse import urlencode

from fastapi import APIRouter, Response

from ocinstaller.actions import audit
from ocinstaller.actions.audit import AuditFilter
from ocinstaller.web.page import Page, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_PAGE = 100
_FIELDS = ("actor", "action", "object_kind", "object_name", "result")


@router.get("/oci/audit")
def listing(page: Page) -> Response:
    """Show records, newest first."""
    asked = page.request.query_params
    wanted = {name: asked[name].strip() for name in _FIELDS if asked.get(name, "").strip()}
    before = asked.get("before", "")
    conditions = AuditFilter(
        actor=wanted.get("actor"),
        action=wanted.get("action"),
        object_kind=wanted.get("object_kind"),
        object_name=wanted.get("object_name"),
        result=wanted.get("result"),
        before_id=int(before) if before.isdecimal() else None,
    )
    found = page.read(lambda session: audit.list_records(session, conditions, _PAGE + 1))
    shown = found[:_PAGE]
    older = {**wanted, "before": shown[-1].id} if len(found) > _PAGE else None
    return page.render(
        "audit.html",
        records=shown,
        wanted={name: wanted.get(name, "") for name in _FIELDS},
        older=f"/oci/audit?{urlencode(older)}" if older else "",
        narrowed=bool(wanted or before),
    )
