"""Actions on the secrets of clusters, for administrators."""

from sqlalchemy.orm import Session

from ocinstaller.actions import passwords
from ocinstaller.actions.passwords import PasswordView
from ocinstaller.api.compat.action import Action, Call, Transaction
from ocinstaller.api.compat.kinds import NAME, TEXT
from ocinstaller.api.compat.parameters import Parameter

_ID = Parameter("id", NAME)


def _row(view: PasswordView) -> dict[str, str]:
    return {"id": view.id, "cluster": view.cluster, "service": view.name, "passtype": view.type}


def _list(session: Session, _call: Call) -> object:
    return [_row(view) for view in passwords.list_passwords(session)]


def _show(session: Session, call: Call) -> object:
    found = passwords.show_password(session, call.oci, call["id"])
    return _row(found.password) | {"pass": found.value, "passtxt1": "", "passtxt2": ""}


def _set(session: Session, call: Call) -> None:
    passwords.set_password(session, call.oci, call["id"], call["pass"])


ACTIONS: tuple[Action, ...] = (
    Transaction(
        "password_list",
        ("GET", "/v1/passwords"),
        (),
        _list,
        "an id is CLUSTER.NAME; one name says service and type",
    ),
    Transaction("password_show", ("GET", "/v1/passwords/{password_id}"), (_ID,), _show),
    Transaction(
        "password_set",
        ("PUT", "/v1/passwords/{password_id}"),
        (_ID, Parameter("pass", TEXT)),
        _set,
        "there are no key pairs, so passtxt1 and passtxt2 are not taken",
    ),
)
