"""Users, tokens and the audit below `/v1`."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from ocinstaller.actions import audit, tokens, users
from ocinstaller.actions.audit import AuditFilter, AuditView
from ocinstaller.actions.tokens import DEFAULT_DAYS, NewToken, TokenView
from ocinstaller.actions.users import UserChange, UserView
from ocinstaller.api.auth import Oci, Operator
from ocinstaller.api.conditional import Condition
from ocinstaller.model.access import LoginSource, UserRole

router = APIRouter(prefix="/v1")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewUser(_Body):
    """A user to create; only those of source `password` have one here."""

    login: str
    password: str | None = None
    role: str = UserRole.OPERATOR
    source: str = LoginSource.PASSWORD


class UserSettings(_Body):
    """What is to change of a user; what is absent stays."""

    password: str | None = None
    role: str | None = None
    source: str | None = None
    activated: bool | None = None


class NewPassword(_Body):
    """One's own next password."""

    password: str


class TokenRequest(_Body):
    """A token to make; without a role it gets the owner's."""

    name: str
    role: str | None = None
    days: int = DEFAULT_DAYS


class AuditQuery(_Body):
    """Which records of the audit; `before_id` leads from the last of a page to the next page."""

    actor: str | None = None
    address: str | None = None
    action: str | None = None
    object_kind: str | None = None
    object_name: str | None = None
    result: Literal["done", "refused"] | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before_id: int | None = Field(None, ge=1)
    limit: int = Field(100, ge=1, le=10_000)


@router.get("/users", tags=["users"])
def list_users(oci: Oci) -> list[UserView]:
    """List the users."""
    with oci.store.read() as session:
        return users.list_users(session)


@router.post("/users", status_code=201, tags=["users"])
def create_user(oci: Oci, body: NewUser) -> UserView:
    """Create a user."""
    return oci.store.write(
        lambda session: users.create_user(
            session, body.login, body.password, role=body.role, source=body.source
        )
    )


@router.get("/users/{login}", tags=["users"])
def show_user(oci: Oci, login: str, condition: Condition) -> UserView:
    """Show a user."""
    with oci.store.read() as session:
        return condition.show(users.show_user(session, login))


@router.patch("/users/{login}", tags=["users"])
def change_user(
    oci: Oci, actor: Operator, login: str, body: UserSettings, condition: Condition
) -> UserView:
    """Change a user's role, password, its source, or whether the user may log in."""
    change = UserChange(**body.model_dump())

    def work(session: Session) -> UserView:
        users.refuse_oneself(actor, login, change)
        return users.change_user(session, login, change)

    return condition.changed(oci.store.write(condition.guard(users.show_user, login, work)))


@router.delete("/users/{login}", status_code=204, tags=["users"])
def delete_user(oci: Oci, actor: Operator, login: str, condition: Condition) -> None:
    """Delete a user together with the user's tokens and sessions."""

    def work(session: Session) -> None:
        users.refuse_oneself(actor, login)
        users.delete_user(session, login)

    oci.store.write(condition.guard(users.show_user, login, work))


@router.put("/me/password", tags=["users"])
def change_own_password(oci: Oci, actor: Operator, body: NewPassword) -> UserView:
    """Give oneself another password."""
    return oci.store.write(lambda session: users.set_password(session, actor.name, body.password))


@router.get("/tokens", tags=["tokens"])
def list_tokens(oci: Oci, actor: Operator) -> list[TokenView]:
    """List one's own tokens, and everybody's for administrators."""
    with oci.store.read() as session:
        return tokens.list_tokens(session, actor)


@router.post("/tokens", status_code=201, tags=["tokens"])
def create_token(oci: Oci, actor: Operator, body: TokenRequest) -> NewToken:
    """Make a token for oneself; this answer is the only one that shows it."""
    return oci.store.write(
        lambda session: tokens.create_token(session, actor, body.name, body.role, body.days)
    )


@router.delete("/tokens/{name}", status_code=204, tags=["tokens"])
def delete_token(oci: Oci, actor: Operator, name: str) -> None:
    """End a token."""
    oci.store.write(lambda session: tokens.delete_token(session, actor, name))


@router.get("/audit", tags=["audit"])
def list_audit(
    oci: Oci,
    wanted: Annotated[AuditQuery, Query()],
) -> list[AuditView]:
    """List what was done and refused, newest first."""
    conditions = AuditFilter(**wanted.model_dump(exclude={"limit"}))
    with oci.store.read() as session:
        return audit.list_records(session, conditions, wanted.limit)
