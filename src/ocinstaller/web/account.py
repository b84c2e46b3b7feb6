"""One's own password and tokens."""

from fastapi import APIRouter, Response

from ocinstaller.actions import tokens, users
from ocinstaller.actions.tokens import DEFAULT_DAYS
from ocinstaller.model.access import UserRole
from ocinstaller.model.errors import InvalidValue, OciError
from ocinstaller.model.secret_fields import HIDDEN
from ocinstaller.model.text import Text
from ocinstaller.web.forms import BoundForm, Field, Form, Kind, worded
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_HERE = "/oci/account"
PASSWORD = Form(
    (
        Field("password", N_("New password"), Kind.PASSWORD, autocomplete="new-password"),
        Field("again", N_("The same again"), Kind.PASSWORD, autocomplete="new-password"),
    )
)
TOKEN = Form(
    (
        Field("name", N_("Name"), help=N_("What the token is for.")),
        Field("role", N_("Role"), Kind.SELECT, N_("At most your own.")),
        Field("days", N_("Days until it expires"), Kind.NUMBER, default=str(DEFAULT_DAYS)),
    )
)


def _show(
    page: PageContext,
    error: OciError | None = None,
    password: BoundForm | None = None,
    token: BoundForm | None = None,
    made: str = "",
) -> Response:
    values = {
        "tokens": page.read(lambda session: tokens.list_tokens(session, page.actor)),
        "password_form": password or PASSWORD.show(),
        "token_form": token or TOKEN.show(role=worded(UserRole)),
        "made": made,
        "error": error.message if error and password is None and token is None else "",
    }
    if error is not None:
        return page.refused("account.html", error, **values)
    return page.render("account.html", **values)


@router.get("/oci/account")
def account(page: Page) -> Response:
    """Show one's tokens, and the forms for password and tokens."""
    return _show(page)


@router.post("/oci/account/password")
def change_password(page: Page) -> Response:
    """Give oneself another password, which ends all of one's sessions."""
    typed = page.typed
    try:
        if typed.secret("password") != typed.secret("again"):
            raise InvalidValue("again", HIDDEN, Text("the same password twice"))
        page.oci.store.write(
            lambda session: users.set_password(session, page.actor.name, typed.secret("password"))
        )
    except OciError as error:
        return _show(page, error, password=PASSWORD.show(typed, error))
    return page.see("/oci/login", "password")


@router.post("/oci/account/tokens")
def create_token(page: Page) -> Response:
    """Make a token; the page that answers is the only one that shows it."""
    typed = page.typed
    try:
        days = typed.number("days", "a whole number of days")
        made = page.oci.store.write(
            lambda session: tokens.create_token(
                session, page.actor, typed.text("name"), typed.optional("role"), days
            )
        )
    except OciError as error:
        return _show(page, error, token=TOKEN.show(typed, error, role=worded(UserRole)))
    return _show(page, made=made.token)


@router.post("/oci/account/tokens/{name}/delete")
def delete_token(page: Page, name: str) -> Response:
    """End a token."""
    try:
        page.typed.confirm(name)
        page.oci.store.write(lambda session: tokens.delete_token(session, page.actor, name))
    except OciError as error:
        return _show(page, error)
    return page.see(_HERE, "deleted")
