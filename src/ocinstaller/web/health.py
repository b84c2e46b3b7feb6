"""The server's own health."""

from fastapi import APIRouter, Response

from ocinstaller.actions.health import Check, Health, checks
from ocinstaller.model.text import Text
from ocinstaller.web import assets
from ocinstaller.web.page import Page, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_TONES = {Health.OK: "good", Health.OFF: "calm", Health.WARNING: "warn", Health.ERROR: "bad"}


@router.get("/oci/health")
def health(page: Page) -> Response:
    """Show what works and what to do about what does not."""
    found = checks(page.oci)
    htmx = assets.asset_file(page.oci, "htmx.min.js")
    if htmx.is_file():
        found.append(Check(Text("web pages"), Health.OK, Text("htmx at {file}", file=htmx)))
    else:
        advice = Text("apt-get install libjs-htmx, or set [web] javascript_directory")
        found.append(
            Check(Text("web pages"), Health.WARNING, Text("no htmx at {file}", file=htmx), advice)
        )
    return page.render("health.html", checks=found, tones=_TONES)
