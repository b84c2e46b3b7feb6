"""What `oci-doctor` looks at beside the checks of the health page: it may ask the network.

Nothing is changed: no migration, no key, no certificate is made.
"""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from oslo_config import cfg

from ocinstaller import settings
from ocinstaller.actions.health import LOOKS, Check, Health, Premises
from ocinstaller.drivers import dhcp_probe
from ocinstaller.drivers.dhcp_probe import ProbeError
from ocinstaller.model.text import Text
from ocinstaller.pki.authority import Authority
from ocinstaller.store.engine import Store, open_engine

_CONNECT_S = 2.0


@dataclass(frozen=True)
class Opened:
    """An installation to look at."""

    conf: cfg.ConfigOpts
    store: Store
    authority: Authority


def examine(config_file: Path) -> list[Check]:
    """Return all checks of an installation; takes a few seconds.

    :raises cfg.Error: the configuration is wrong
    """
    conf = settings.load(config_file)
    engine = open_engine(settings.database_url(conf))
    authority = Authority(
        Path(conf.server.state_dir) / "ssl",
        key_type=conf.pki.key_type,
        leaf_days=conf.pki.leaf_days,
    )
    try:
        premises = Opened(conf, Store(engine), authority)
        return [check for look in (*LOOKS, *_LOOKS) for check in look(premises)]
    finally:
        engine.dispose()


def _ports(premises: Premises) -> Iterator[Check]:
    conf = premises.conf.server
    for subject, port in (("API and pages", conf.https_port), ("boot files", conf.http_port)):
        where = f"port {port} of {conf.listen_address}"
        try:
            socket.create_connection((_reachable(conf.listen_address), port), _CONNECT_S).close()
        except OSError as error:
            advice = Text("start oci-server; its message names what else has the port")
            yield Check(subject, Health.ERROR, f"{where}: {error}", advice)
        else:
            yield Check(subject, Health.OK, Text("{where} answers", where=where))


def _reachable(address: str) -> str:
    """Return where a server that listens on an address can be reached from here."""
    return {"::": "::1", "0.0.0.0": "127.0.0.1"}.get(address, address)  # noqa: S104 - compared


def _other_dhcp_servers(premises: Premises) -> Iterator[Check]:
    subject, conf = Text("other DHCP servers"), premises.conf
    if not conf.dhcp.enabled:
        yield Check(subject, Health.OFF, Text("this server gives no addresses"))
        return
    try:
        found = dhcp_probe.servers(conf.dhcp.interface, conf.dhcp.network_namespace)
    except ProbeError as error:
        advice = Text("run oci-doctor as root; [dhcp] interface has to exist and be up")
        yield Check(
            subject,
            Health.WARNING,
            Text("the network cannot be asked: {error}", error=error),
            advice,
        )
        return
    others = [str(server) for server in found if str(server) != conf.network.OCI_IP]
    if conf.dhcp.proxy:
        yield _addresses_of_the_site(subject, conf.dhcp.interface, others)
        return
    if others:
        advice = Text(
            "end the other one there, or [dhcp] enabled here: machines take the first answer"
        )
        where = f"{', '.join(others)} on {conf.dhcp.interface}"
        yield Check(
            subject, Health.ERROR, Text("{where} offers addresses too", where=where), advice
        )
        return
    yield Check(subject, Health.OK, Text("none on {interface}", interface=conf.dhcp.interface))


def _addresses_of_the_site(subject: str, interface: str, servers: list[str]) -> Check:
    """With [dhcp] proxy, machines need another server: it gives them their addresses."""
    if servers:
        return Check(
            subject, Health.OK, Text("{servers} gives the addresses", servers=", ".join(servers))
        )
    advice = Text("connect the site's DHCP server to the network, or set [dhcp] proxy = no")
    return Check(
        subject,
        Health.ERROR,
        Text("nobody offers addresses on {interface}", interface=interface),
        advice,
    )


_LOOKS: tuple[Callable[[Premises], Iterator[Check]], ...] = (_ports, _other_dhcp_servers)
