"""Users, for administrators."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import users
from ocinstaller.actions.users import UserChange, UserView
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.access import LoginSource, UserRole
from ocinstaller.model.errors import OciError
from ocinstaller.web.checking import check
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import BoundForm, Field, Form, Kind, Typed, worded
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_LIST = "/oci/users"
_ROLE = Field("role", N_("Role"), Kind.SELECT, default=UserRole.OPERATOR)
_SOURCE = Field(
    "source",
    N_("Who knows the password"),
    Kind.SELECT,
    N_("password: OCI itself; radius: the RADIUS server."),
    default=LoginSource.PASSWORD,
)
USER = Form(
    (
        Field("login", N_("Login")),
        _ROLE,
        _SOURCE,
        Field(
            "password",
            N_("Password"),
            Kind.PASSWORD,
            N_("Only when OCI itself is to know it."),
            required=False,
            autocomplete="new-password",
        ),
    )
)
CHANGE = Form(
    (
        _ROLE,
        Field("activated", N_("May log in"), Kind.CHECKBOX, required=False),
        Field(
            "password",
            N_("New password"),
            Kind.PASSWORD,
            N_("Empty leaves it as it is. A new one ends the user's sessions."),
            required=False,
            autocomplete="new-password",
        ),
    )
)


def _bound(form: Form, typed: Typed | None, error: OciError | None = None) -> BoundForm:
    return form.show(typed, error, role=worded(UserRole), source=worded(LoginSource))


def _create(page: PageContext) -> Callable[[Session], UserView]:
    typed = page.typed
    return lambda session: users.create_user(
        session,
        typed.text("login"),
        typed.secret("password") or None,
        role=typed.text("role"),
        source=typed.text("source"),
    )


def _listing(page: PageContext, error: OciError | None = None) -> Response:
    values = {
        "users": page.read(users.list_users),
        "form": _bound(USER, page.typed if error else None, error),
    }
    if error is not None:
        return page.refused("users/list.html", error, **values)
    return page.render("users/list.html", **values)


@router.get("/oci/users")
def listing(page: Page) -> Response:
    """Show the users and the form of a new one."""
    return _listing(page)


@router.post("/oci/users")
def create(page: Page) -> Response:
    """Create a user."""
    try:
        page.oci.store.write(_create(page))
    except OciError as error:
        return _listing(page, error)
    return page.see(_LIST, "created")


@router.post("/oci/users/check")
def check_new(page: Page) -> Response:
    """Tell what is wrong with the form of a user."""
    return check(page, USER, _create(page))


def _show(page: PageContext, login: str, error: OciError | None = None) -> Response:
    user = page.read(lambda session: UserView.of(users.find_user(session, login)))
    about_form = error is not None and error.field != "confirm"
    present = Typed({"role": [user.role], **({"activated": ["on"]} if user.activated else {})})
    values = {
        "user": user,
        "seen": entity_tag(user),
        "form": _bound(
            CHANGE, page.typed if about_form else present, error if about_form else None
        ),
        "field_error": error.message if error is not None and not about_form else "",
    }
    if error is not None:
        return page.refused("users/user.html", error, **values)
    return page.render("users/user.html", **values)


@router.get("/oci/users/{login}")
def user(page: Page, login: str) -> Response:
    """Show a user and the forms that change one."""
    return _show(page, login)


@router.post("/oci/users/{login}")
def change(page: Page, login: str) -> Response:
    """Change a user."""
    typed = page.typed
    wanted = UserChange(
        role=typed.text("role"),
        activated=typed.checked("activated"),
        password=typed.secret("password") or None,
    )

    def work(session: Session) -> UserView:
        now = UserView.of(users.find_user(session, login))
        different = UserChange(
            role=wanted.role if wanted.role != now.role else None,
            activated=wanted.activated if wanted.activated != now.activated else None,
            password=wanted.password,
        )
        users.refuse_oneself(page.actor, login, different)
        return users.change_user(session, login, different)

    try:
        page.write(users.show_user, login, work)
    except OciError as error:
        return _show(page, login, error)
    return page.see(f"{_LIST}/{segment(login)}", "saved")


@router.post("/oci/users/{login}/delete")
def delete(page: Page, login: str) -> Response:
    """Delete a user with the user's tokens and sessions."""

    def work(session: Session) -> None:
        users.refuse_oneself(page.actor, login)
        users.delete_user(session, login)

    try:
        page.typed.confirm(login)
        page.write(users.show_user, login, work)
    except OciError as error:
        return _show(page, login, error)
    return page.see(_LIST, "deleted")
