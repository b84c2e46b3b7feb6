"""`/oci/api.php`: finds out who asks for what, has it done, and answers in the envelope.

The answer is always 200: clients look at the envelope only. Login and password come in the query
string, so nothing here, nor in the log, repeats a request's URL.
"""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import Peer, Server, acting_for, log_in, operator_address
from ocinstaller.api.compat import envelope, parameters
from ocinstaller.api.compat.action import Absent, Action, Call, Message
from ocinstaller.api.compat.parameters import Parameters
from ocinstaller.api.compat.setting_columns import variables
from ocinstaller.api.compat.table import ACTIONS
from ocinstaller.api.limits import raw_body
from ocinstaller.model.access import Actor
from ocinstaller.model.errors import OciError, Unauthenticated

LOG = logging.getLogger(__name__)

PATH = "/oci/api.php"

router = APIRouter(include_in_schema=False)
insecure = APIRouter(include_in_schema=False)
"""The same path without TLS: only says so."""


class NoAction(OciError):
    """The request names no action that this server does."""


@router.api_route(PATH, methods=["GET", "POST"])
def api(
    request: Request, oci: Server, peer: Peer, body: Annotated[bytes, Depends(raw_body)]
) -> Response:
    """Do an action of the original's API."""
    action = ""
    try:
        content_type = request.headers.get("Content-Type", "")
        sent = parameters.parse(request.scope["query_string"], content_type, body)
        action = sent.get("action", "")
        actor = _actor(request, oci, sent, peer)
        done = _do(oci, actor, action, sent)
        if isinstance(done, Message):
            return envelope.message(done.text)
        return envelope.success(done)
    except OciError as error:
        LOG.warning("refused", extra={"path": PATH, "action": action, "reason": error.message})
        return envelope.error(error.message)


@router.get("/oci/variables.json")
def variables_json() -> JSONResponse:
    """Give the file that the client reads its further options from: the same on every server."""
    return JSONResponse(variables())


@insecure.api_route(PATH, methods=["GET", "POST"])
def insecure_api() -> Response:
    """Tell a client that it just sent its password in the clear, and how not to."""
    return envelope.error(
        "Error: this server takes passwords over HTTPS only: "
        "set OCI_API_URL=https://<server>/oci/api.php? and change the password that was sent."
    )


def _actor(request: Request, oci: Installation, sent: Parameters, peer: str) -> Actor:
    address = operator_address(oci, peer)
    login, password = sent.get("oci_login", ""), sent.get("oci_pass", "")
    if not login or not password:
        raise Unauthenticated("Error: please set oci_login and oci_pass to authenticate.")
    return log_in(request, oci, login, password, address)


def _do(oci: Installation, actor: Actor, name: str, sent: Parameters) -> object:
    action = _find(name)
    acting = acting_for(oci, actor, action.access, action.target(sent))
    return action.perform(Call(acting, parameters.checked(action.parameters, sent), sent))


def _find(name: str) -> Action:
    if not name:
        raise NoAction("Error: no action specified.")
    action = ACTIONS.get(name)
    if action is None:
        raise NoAction("Error: no action by that name.")
    if isinstance(action, Absent):
        raise NoAction(f"Error: this server does not do {name}: {action.reason}.")
    return action
