"""The server's own health."""

from fastapi import APIRouter, Response

from ocinstaller.actions.health import Check, Health, checks
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
        found.append(Check("web pages", Health.OK, f"htmx at {htmx}"))
    else:
        advice = "apt-get install libjs-htmx, or set [web] javascript_directory"
        found.append(Check("web pages", Health.WARNING, f"no htmx at {htmx}", advice))
    return page.render("health.html", checks=found, tones=_TONES)
