"""What a machine that asks the network is to start: decided for each request."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ocinstaller.actions import credentials
from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.states import LOCAL_BOOT_STATES
from ocinstaller.model.text import Text
from ocinstaller.model.wire import MAC_PATTERN
from ocinstaller.store.tables import BootOffer, Machine, MachineMac

_MAC = re.compile(MAC_PATTERN)
_OFFER_LIFETIME = timedelta(days=1)


def check_mac(text: str) -> str:
    """Return a hardware address with colons, in lower case.

    :raises InvalidValue: when it is none
    """
    mac = text.lower().replace("-", ":")
    if not _MAC.fullmatch(mac):
        raise InvalidValue("mac", text, Text("a hardware address such as 52:54:00:00:00:01"))
    return mac


def offer_boot(session: Session, mac: str) -> str | None:
    """Return the nonce of a start of the live system, or None for a start from the disk.

    A machine starts from its disk from the moment that the disk is written until the operator asks
    for the live system. Everything else, machines that nobody knows too, starts the live system.
    """
    machine = session.scalar(
        select(Machine)
        .join(MachineMac, MachineMac.machine_id == Machine.id)
        .where(MachineMac.mac == mac)
    )
    if machine is not None and machine.status in LOCAL_BOOT_STATES:
        return None
    now = datetime.now(UTC)
    session.execute(delete(BootOffer).where(BootOffer.offered_at < now - _OFFER_LIFETIME))
    nonce = credentials.new_token()
    session.merge(BootOffer(mac=mac, nonce_digest=credentials.token_digest(nonce), offered_at=now))
    return nonce
