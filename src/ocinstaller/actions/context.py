"""What the use cases work with: one object made at start, given to every interface."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

from oslo_config import cfg

from ocinstaller import settings
from ocinstaller.actions.credentials import PasswordAuthenticator
from ocinstaller.actions.sightings import Sightings
from ocinstaller.drivers.radius import RadiusAuthenticator
from ocinstaller.model.access import Act, Authenticator, LoginSource
from ocinstaller.model.addressing import AddressRange
from ocinstaller.pki.authority import Authority
from ocinstaller.store import migrate
from ocinstaller.store.engine import Store, open_engine
from ocinstaller.store.feed import Feed
from ocinstaller.store.vault import Vault


@dataclass(frozen=True)
class Installation:
    """One OCI installation: its settings, data base, secrets' key and CA."""

    conf: cfg.ConfigOpts
    store: Store
    vault: Vault
    authority: Authority
    authenticators: Mapping[LoginSource, Authenticator]
    sightings: Sightings
    feed: Feed

    def acting(self, act: Act) -> "Installation":
        """Return the same installation for somebody: what is written is recorded as theirs."""
        return replace(self, store=self.store.acting(act))


def open_installation(config_file: Path) -> Installation:
    """Open everything that the configuration names, making what does not exist yet.

    :raises cfg.Error: when the configuration is wrong
    """
    conf = settings.load(config_file)
    state = Path(conf.server.state_dir)
    # Passable for dnsmasq, which gives root's rights up; every secret below has its own mode.
    state.mkdir(parents=True, exist_ok=True, mode=0o711)
    engine = open_engine(settings.database_url(conf))
    migrate.upgrade(engine)
    authority = Authority(state / "ssl", key_type=conf.pki.key_type, leaf_days=conf.pki.leaf_days)
    authority.ensure()
    vault = Vault(state / "secrets.key")
    store = Store(engine)
    return Installation(
        conf, store, vault, authority, _authenticators(conf), Sightings(store), Feed(store)
    )


def _authenticators(conf: cfg.ConfigOpts) -> dict[LoginSource, Authenticator]:
    """Return who can verify passwords: a further source is a line here and in `LoginSource`."""
    known: dict[LoginSource, Authenticator] = {LoginSource.PASSWORD: PasswordAuthenticator()}
    if conf.radius.use_radius:
        known[LoginSource.RADIUS] = RadiusAuthenticator(
            conf.radius.server_hostname,
            conf.radius.port,
            conf.radius.shared_secret,
            require_message_authenticator=conf.radius.require_message_authenticator,
        )
    return known


def reserved_addresses(oci: Installation) -> tuple[AddressRange, ...]:
    """Return the addresses that OCI uses itself: never given to a machine or a VIP."""
    conf = oci.conf
    own = [ip_address(text) for text in (conf.network.OCI_IP, conf.puppet.server_address) if text]
    ranges = [AddressRange(address, address) for address in own]
    if conf.dhcp.enabled and not conf.dhcp.proxy:
        first, last = ip_address(conf.dhcp.range_first), ip_address(conf.dhcp.range_last)
        ranges.append(AddressRange(first, last))
    return tuple(ranges)
