"""Validation as one types: the form's action is tried and undone, errors go beside the fields."""

from collections.abc import Callable, Sequence

from fastapi import Response
from sqlalchemy.orm import Session

from ocinstaller.model.errors import OciError
from ocinstaller.web.changes import ChangeGroup
from ocinstaller.web.forms import Form
from ocinstaller.web.page import PageContext


def check(
    page: PageContext, form: Form, work: Callable[[Session], object], prefix: str = ""
) -> Response:
    """Return what is wrong with the form as it is; fields that are still empty are left alone."""
    error: OciError | None = None
    try:
        page.oci.store.rehearse(work)
    except OciError as found:
        if page.typed.text(form.guilty(found)):
            error = found
    return page.render("parts/form_errors.html", form=form.show(page.typed, error), prefix=prefix)


def plan_of(
    page: PageContext, form: Form, plan: Callable[[], Sequence[ChangeGroup]], prefix: str = ""
) -> Response:
    """Return what a form would change; what is wrong with it goes beside its field."""
    groups: Sequence[ChangeGroup] = []
    error: OciError | None = None
    try:
        groups = plan()
    except OciError as found:
        error = found
    bound = form.show(page.typed, error)
    return page.render("parts/form_plan.html", form=bound, groups=groups, prefix=prefix)
