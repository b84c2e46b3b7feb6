"""Whether what the server needs works: each check looks, and says what to do when it does not."""

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from ocinstaller.actions.context import Installation
from ocinstaller.drivers import dnsmasq
from ocinstaller.images import imageset
from ocinstaller.images.errors import BrokenImageError
from ocinstaller.images.kinds import ImageKind
from ocinstaller.model.errors import Unavailable
from ocinstaller.store import migrate

_CONNECT_S = 2.0
_PUPPET_PORT = 8140  # Puppet's documentation, "Firewall configuration"
_SOON_DAYS = 30
_LITTLE_SPACE = 5 * 10**9
"""Bytes: less does not hold another image of each kind."""


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    OFF = "off"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Check:
    """Something that was looked at."""

    subject: str
    health: Health
    found: str
    advice: str = ""


def checks(oci: Installation) -> list[Check]:
    """Return all checks; takes at most a few seconds, for the puppetserver."""
    return [check for look in _LOOKS for check in look(oci)]


def _database(oci: Installation) -> Iterator[Check]:
    try:
        with oci.store.read() as session:
            revision = migrate.revision_of(session.connection())
    except Unavailable as error:
        yield Check("data base", Health.ERROR, error.message, "start it, or look at its log")
        return
    dialect = oci.store.engine.dialect.name
    yield Check("data base", Health.OK, f"{dialect}, schema {revision or 'unknown'}")


def _dhcp(oci: Installation) -> Iterator[Check]:
    conf = oci.conf
    if not conf.dhcp.enabled:
        yield Check(
            "DHCP and TFTP",
            Health.OFF,
            "another server answers machines",
            "set [dhcp] enabled to have this one do it",
        )
        return
    where = f"{conf.dhcp.range_first} to {conf.dhcp.range_last} on {conf.dhcp.interface}"
    if dnsmasq.is_running(Path(conf.server.state_dir)):
        yield Check("DHCP and TFTP", Health.OK, f"dnsmasq serves {where}")
    else:
        yield Check("DHCP and TFTP", Health.ERROR, "dnsmasq does not run", "see the server's log")


def _images(oci: Installation) -> Iterator[Check]:
    directory = Path(oci.conf.images.directory)
    for kind in (ImageKind.LIVE, ImageKind.TARGET):
        try:
            image = imageset.current(directory, kind)
        except BrokenImageError as error:
            yield Check(f"{kind} image", Health.ERROR, str(error), f"oci-build-image {kind}")
            continue
        found = f"{image.debian_release}, {image.digest}"
        yield Check(f"{kind} image", Health.OK, found)
    place = directory if directory.exists() else Path(oci.conf.server.state_dir)
    free = shutil.disk_usage(place).free
    health = Health.OK if free >= _LITTLE_SPACE else Health.WARNING
    yield Check("disk space", health, f"{free / 10**9:.0f} GB free at {place}")


def _puppetserver(oci: Installation) -> Iterator[Check]:
    conf = oci.conf.puppet
    if not Path(conf.ca_file).is_file():
        yield Check(
            "puppetserver",
            Health.ERROR,
            f"the certificate of its CA is missing: {conf.ca_file}",
            "oci-puppet-setup makes it",
        )
        return
    host = str(conf.server_address or conf.server)
    try:
        socket.create_connection((host, _PUPPET_PORT), timeout=_CONNECT_S).close()
    except OSError as error:
        yield Check(
            "puppetserver",
            Health.WARNING,
            f"{host} port {_PUPPET_PORT}: {error}",
            "machines install, but their services wait for it",
        )
        return
    yield Check("puppetserver", Health.OK, f"{host} answers")


def _certificates(oci: Installation) -> Iterator[Check]:
    ends = {f"{name} CA": end for name, end in oci.authority.own_expiries().items()}
    own = oci.authority.expiry("oci-server")
    if own is not None:
        ends["server's certificate"] = own
    for name, end in ends.items():
        days = (end - datetime.now(UTC)).days
        health = Health.OK if days > _SOON_DAYS else Health.WARNING
        yield Check(name, health, f"until {end:%Y-%m-%d}, {days} days")


_LOOKS: tuple[Callable[[Installation], Iterator[Check]], ...] = (
    _database,
    _dhcp,
    _images,
    _puppetserver,
    _certificates,
)
