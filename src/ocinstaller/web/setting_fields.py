"""Forms of a few settings of a machine that belong together."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from ocinstaller.actions import settings
from ocinstaller.actions.settings import SettingChange, SettingsView
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.errors import OciError
from ocinstaller.web.forms import BoundForm, Form, Kind, choices, filled
from ocinstaller.web.page import PageContext

_YES, _NO = "yes", "no"


def bound(form: Form, page: PageContext, now: SettingsView, error: OciError | None) -> BoundForm:
    """Return the form: with the present values, or as it was typed with what is wrong."""
    values = {one.name: one.value for one in now.settings}
    present = {
        field.name: "" if field.kind is Kind.PASSWORD else values[field.name]
        for field in form.fields
    }
    options = {f.name: choices((_YES, _NO)) for f in form.fields if f.kind is Kind.SELECT}
    typed = filled(present) if error is None else page.typed
    return form.show(typed, error, present, **options)


def tag(now: SettingsView) -> str:
    """Return what tells whether somebody else has changed the settings meanwhile."""
    return entity_tag(now)


def change(form: Form, page: PageContext, name: str) -> Callable[[Session], list[SettingChange]]:
    """Return what changes the settings to what was typed; an empty password stays as it is."""

    def work(session: Session) -> list[SettingChange]:
        now = {
            one.name: one.value for one in settings.show_machine_settings(session, name).settings
        }
        texts: dict[str, str | None] = {}
        for field in form.fields:
            secret = field.kind is Kind.PASSWORD
            text = page.typed.secret(field.name) if secret else page.typed.text(field.name)
            if text != now[field.name] and not (secret and not text):
                texts[field.name] = text or None
        return settings.change_machine_settings(session, page.oci, name, texts)

    return work
