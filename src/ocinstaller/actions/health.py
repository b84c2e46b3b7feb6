"""Whether what the server needs works: each check looks, and says what to do when it does not."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from oslo_config import cfg
from sqlalchemy.exc import DatabaseError

from ocinstaller.actions import api_certificates, plugins, site_classes
from ocinstaller.drivers import clock, dnsmasq, mirror
from ocinstaller.images import aptconf, imageset
from ocinstaller.images.errors import BrokenImageError, SettingError
from ocinstaller.images.kinds import PREPARED, ImageKind
from ocinstaller.model.errors import InvalidValue, Unavailable
from ocinstaller.model.plugins import Plugin, Step
from ocinstaller.model.text import Text
from ocinstaller.pki import inventory
from ocinstaller.pki.authority import Authority
from ocinstaller.pki.inventory import CertificateFacts, CertificateKind
from ocinstaller.store import migrate
from ocinstaller.store.engine import Store

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


class Premises(Protocol):
    """What is looked at: an installation, or what a command opened of it."""

    @property
    def conf(self) -> cfg.ConfigOpts:
        """The configuration."""

    @property
    def store(self) -> Store:
        """The data base."""

    @property
    def authority(self) -> Authority:
        """The CA."""


def checks(oci: Premises) -> list[Check]:
    """Return all checks; takes at most a few seconds, for what does not answer."""
    return [check for look in LOOKS for check in look(oci)]


def _database(oci: Premises) -> Iterator[Check]:
    subject, engine = Text("data base"), oci.store.engine
    try:
        with oci.store.read() as session:
            revision = migrate.revision_of(session.connection())
    except Unavailable as error:
        yield Check(subject, Health.ERROR, error.message, Text("start it, or look at its log"))
        return
    wanted = migrate.head_revision(engine)
    found = Text(
        "{name}, schema {revision}", name=engine.dialect.name, revision=revision or "empty"
    )
    if revision != wanted:
        advice = Text(
            "oci-db backup FILE, then oci-db upgrade; the server does the latter at its start"
        )
        yield Check(
            subject,
            Health.ERROR,
            Text("{found}; this version needs {wanted}", found=found, wanted=wanted),
            advice,
        )
        return
    yield Check(subject, Health.OK, found)


def _dhcp(oci: Premises) -> Iterator[Check]:
    conf = oci.conf
    if not conf.dhcp.enabled:
        yield Check(
            Text("DHCP and TFTP"),
            Health.OFF,
            Text("another server answers machines"),
            Text("set [dhcp] enabled to have this one do it"),
        )
        return
    leases = f"{conf.dhcp.range_first} to {conf.dhcp.range_last}"
    what = "boot programs only (proxy)" if conf.dhcp.proxy else leases
    where = f"{what} on {conf.dhcp.interface}"
    if dnsmasq.is_running(Path(conf.server.state_dir)):
        yield Check(Text("DHCP and TFTP"), Health.OK, Text("dnsmasq serves {where}", where=where))
    else:
        yield Check(
            Text("DHCP and TFTP"),
            Health.ERROR,
            Text("dnsmasq does not run"),
            Text("see the server's log"),
        )


def _images(oci: Premises) -> Iterator[Check]:
    directory = Path(oci.conf.images.directory)
    prepared = [kind for kind in PREPARED.values() if imageset.was_built(directory, kind)]
    for kind in (ImageKind.LIVE, ImageKind.TARGET, *prepared):
        try:
            image = imageset.current(directory, kind)
        except BrokenImageError as error:
            yield Check(
                Text("{kind} image", kind=kind),
                Health.ERROR,
                str(error),
                Text("oci-build-image {kind}", kind=kind),
            )
            continue
        found = f"{image.debian_release}, {image.digest}"
        yield Check(Text("{kind} image", kind=kind), Health.OK, found)
    place = directory if directory.exists() else Path(oci.conf.server.state_dir)
    free = shutil.disk_usage(place).free
    health = Health.OK if free >= _LITTLE_SPACE else Health.WARNING
    advice = "" if health is Health.OK else Text("delete old images, or give it more")
    yield Check(
        Text("disk space"),
        health,
        Text("{free:.0f} GB free at {place}", free=free / 10**9, place=place),
        advice,
    )


def _puppetserver(oci: Premises) -> Iterator[Check]:
    conf = oci.conf.puppet
    if not Path(conf.ca_file).is_file():
        yield Check(
            "puppetserver",
            Health.ERROR,
            Text("the certificate of its CA is missing: {ca_file}", ca_file=conf.ca_file),
            Text("oci-puppet-setup makes it"),
        )
        return
    host = str(conf.server_address or conf.server)
    try:
        socket.create_connection((host, _PUPPET_PORT), timeout=_CONNECT_S).close()
    except OSError as error:
        yield Check(
            "puppetserver",
            Health.WARNING,
            Text(
                "{host} port {puppet_port}: {error}",
                host=host,
                puppet_port=_PUPPET_PORT,
                error=error,
            ),
            Text("machines install, but their services wait for it"),
        )
        return
    yield Check("puppetserver", Health.OK, Text("{host} answers", host=host))


def _certificates(oci: Premises) -> Iterator[Check]:
    try:
        found = list(inventory.certificates(oci.authority))
    except OSError as error:
        advice = Text("oci-root-ca-gen makes it; a lost one: restore it from the backup")
        yield Check("CA", Health.ERROR, f"{error.filename}: {error.strerror}", advice)
        return
    leaves = (CertificateKind.SERVER, CertificateKind.CLIENT)
    yield from (_expiry(facts) for facts in found if facts.kind not in leaves)
    yield from _api_certificates(oci)
    servers = [facts for facts in found if facts.kind in leaves]
    ending = [_expiry(facts) for facts in servers if _days_left(facts) <= _SOON_DAYS]
    yield from ending
    if not ending:
        yield Check(
            "certificates",
            Health.OK,
            Text(
                "{servers}, none ends in {soon_days} days",
                servers=len(servers),
                soon_days=_SOON_DAYS,
            ),
        )


def _api_certificates(oci: Premises) -> Iterator[Check]:
    """Look at certificates of other CAs, which nobody but the operator renews."""
    try:
        with oci.store.read() as session:
            given = api_certificates.facts(session)
            missing = api_certificates.missing(session)
    except (Unavailable, DatabaseError):
        return  # the check of the data base says what is wrong with it
    for _, facts in given:
        yield _expiry(facts)
    for name in missing:
        found = Text("self_signed_api_cert is no, none was given: OCI's CA signs it")
        advice = Text("ocicli cluster-certificate-set {name}, or set it to yes", name=name)
        yield Check(
            Text("certificate of the API of {name}", name=name), Health.WARNING, found, advice
        )


def _days_left(facts: CertificateFacts) -> int:
    return (facts.not_after - datetime.now(UTC)).days


def _expiry(facts: CertificateFacts) -> Check:
    days = _days_left(facts)
    subject, found = (
        Text("certificate {name}", name=facts.name),
        Text("until {not_after:%Y-%m-%d}, {days} days", not_after=facts.not_after, days=days),
    )
    if days > _SOON_DAYS:
        return Check(subject, Health.OK, found)
    health = Health.WARNING if days >= 0 else Health.ERROR
    return Check(subject, health, found, _RENEWAL[facts.kind])


_RENEWAL = {
    CertificateKind.ROOT: "a new CA is needed, and every machine has to trust it first",
    CertificateKind.INTERMEDIATE: "oci-renew-intermediate-ca makes another; "
    "then oci-update-cluster-certs for each cluster",
    CertificateKind.GIVEN: "have its CA renew it, then ocicli cluster-certificate-set",
    CertificateKind.CLIENT: "oci-gen-slave-node-client-cert NAME makes another",
    CertificateKind.SERVER: "its machine should have renewed it: on it, `systemctl start "
    "oci-certificates`; OCI's own is renewed when oci-server starts; "
    "others: oci-gen-slave-node-cert NAME; of what is gone: delete its directory",
}


def _mirrors(oci: Premises) -> Iterator[Check]:
    conf = oci.conf.network
    archive, security = conf.debian_mirror, conf.debian_security_mirror
    try:
        host = aptconf.host_mirrors() if not (archive and security) else None
    except SettingError as error:
        advice = Text("set debian_mirror and debian_security_mirror in [network]")
        yield Check(Text("Debian mirror"), Health.ERROR, str(error), advice)
        return
    proxy = conf.HTTP_PROXY_ADDR if conf.USE_HTTP_PROXY else ""
    for subject, address in (
        ("Debian mirror", archive or (host.archive if host else "")),
        ("security mirror", security or (host.security if host else "")),
    ):
        try:
            mirror.look(address, proxy)
        except mirror.MirrorError as error:
            advice = Text(
                "without it nothing can be installed: look at the mirror, the proxy, the name"
            )
            yield Check(subject, Health.ERROR, f"{address}: {error}", advice)
        else:
            through = f" through {proxy}" if proxy else ""
            yield Check(
                subject,
                Health.OK,
                Text("{address} answers{through}", address=address, through=through),
            )


def _clock(_oci: Premises) -> Iterator[Check]:
    try:
        synchronised = clock.is_synchronised()
    except OSError as error:
        yield Check("clock", Health.WARNING, Text("unknown: {error}", error=error))
        return
    if synchronised:
        yield Check("clock", Health.OK, Text("kept by a time service"))
        return
    advice = Text("run chrony: certificates are valid from the server's time on")
    yield Check("clock", Health.WARNING, Text("no time service keeps it"), advice)


def _site_classes(oci: Premises) -> Iterator[Check]:
    subject, directory = Text("site's classes"), site_classes.directory_of(oci.conf)
    files = site_classes.present_files(directory)
    if not files:
        yield Check(
            subject,
            Health.OFF,
            Text("no file below {directory}", directory=directory),
            Text("see hiera.md"),
        )
        return
    wrong = 0
    for file in files:
        try:
            site_classes.load(file)
        except InvalidValue as error:
            wrong += 1
            advice = Text("correct it: its machines' Puppet runs fail until then")
            yield Check(subject, Health.ERROR, error.message, advice)
    if not wrong:
        yield Check(
            subject,
            Health.OK,
            Text("{files} files below {directory}", files=len(files), directory=directory),
        )


def _plugins(oci: Premises) -> Iterator[Check]:
    for plugin in Plugin:
        subject = Text("plug-in {plugin}", plugin=plugin)
        if not plugins.is_enabled(oci.conf, plugin):
            yield Check(subject, Health.OFF, Text("not called"), Text("see plugins.md"))
            continue
        programs = [plugins.program(oci.conf, plugin, step) for step in Step]
        missing = [path for path in programs if not os.access(path, os.X_OK)]
        if missing:
            advice = Text("put it there, executable for the server, or correct its option")
            yield Check(
                subject,
                Health.ERROR,
                Text("cannot be called: {missing}", missing=", ".join(missing)),
                advice,
            )
            continue
        try:
            failing = plugins.failing_hosts(oci.store, plugin)
        except Unavailable:  # which the data base's check tells
            continue
        if failing:
            advice = Text(
                "ocicli machine-plugins MACHINE tells why; machine-retry-plugins repeats it"
            )
            yield Check(
                subject,
                Health.WARNING,
                Text("fails for {failing}", failing=", ".join(failing)),
                advice,
            )
        else:
            yield Check(subject, Health.OK, ", ".join(programs))


LOOKS: tuple[Callable[[Premises], Iterator[Check]], ...] = (
    _database,
    _dhcp,
    _images,
    _mirrors,
    _puppetserver,
    _certificates,
    _clock,
    _site_classes,
    _plugins,
)
