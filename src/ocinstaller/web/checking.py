"""Validation as one types: the form's action is tried and undone, errors go beside the fields."""

from collections.abc import Callable

from fastapi import Response
from sqlalchemy.orm import Session

from ocinstaller.model.errors import OciError
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
