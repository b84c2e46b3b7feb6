"""Asks a RADIUS server whether a password is right (RFC 2865, RFC 3579)."""

import logging
from pathlib import Path

from pyrad.client import Client, Timeout
from pyrad.dictionary import Dictionary
from pyrad.packet import AccessAccept, AuthPacket, Packet, PacketError

from ocinstaller.model.errors import Unavailable
from ocinstaller.model.text import Text

LOG = logging.getLogger(__name__)

_DICTIONARY = Path(__file__).parent / "data" / "radius.dictionary"
_TIMEOUT_S = 3
_TRIES = 2
_RETRY_S = 10
_LONGEST_PASSWORD = 128  # bytes; RFC 2865, section 5.2
_NAS_IDENTIFIER = "openstack-cluster-installer"


class RadiusAuthenticator:
    """Verifies passwords with PAP.

    :param require_message_authenticator: refuse answers that could be forged (CVE-2024-3596)
    """

    def __init__(
        self, server: str, port: int, secret: str, *, require_message_authenticator: bool
    ) -> None:
        self._server = server
        self._port = port
        self._secret = secret.encode()
        self._required = require_message_authenticator
        self._dictionary = Dictionary(str(_DICTIONARY))

    def verify(self, login: str, password: str, password_hash: str) -> bool:  # noqa: ARG002
        """Ask the server.

        :raises Unavailable: when it does not answer, or not as itself
        """
        if not 0 < len(password.encode()) <= _LONGEST_PASSWORD:
            return False
        # One client for each question: they are not made for several threads.
        client = Client(
            self._server,
            authport=self._port,
            secret=self._secret,
            dict=self._dictionary,
            retries=_TRIES,
            timeout=_TIMEOUT_S,
        )
        request = client.CreateAuthPacket(User_Name=login, NAS_Identifier=_NAS_IDENTIFIER)
        request["User-Password"] = request.PwCrypt(password)
        request.add_message_authenticator()
        try:
            reply = client.SendPacket(request)
        except (Timeout, OSError, PacketError) as error:
            raise self._unavailable(str(error) or "it does not answer") from error
        finally:
            client._CloseSocket()
        self._check_origin(request, reply)
        return bool(reply.code == AccessAccept)

    def _check_origin(self, request: AuthPacket, reply: Packet) -> None:
        if reply.message_authenticator is None:
            if self._required:
                raise self._unavailable("its answer has no Message-Authenticator")
        elif not reply.verify_message_authenticator(original_authenticator=request.authenticator):
            raise self._unavailable("its answer was not made with our shared secret")

    def _unavailable(self, reason: str) -> Unavailable:
        LOG.error(
            "RADIUS server not usable",
            extra={"server": self._server, "port": self._port, "reason": reason},
        )
        return Unavailable(
            Text(
                "the RADIUS server {server} cannot be asked: {reason}",
                server=self._server,
                reason=reason,
            ),
            field="radius",
            retry_after_s=_RETRY_S,
        )
