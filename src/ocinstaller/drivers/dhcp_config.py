"""Configurations of DHCP servers that the site runs itself, checked by those servers."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from oslo_config import cfg

from ocinstaller.boot import BootSettingError, DnsmasqSettings, dnsmasq_config
from ocinstaller.boot.isc import isc_config
from ocinstaller.boot.kea import KeaPair, kea_config
from ocinstaller.drivers import dnsmasq
from ocinstaller.files import write_atomic

_CHECK_S = 30.0
_PLACES = "/usr/sbin:/sbin:/usr/bin:/bin"


class DhcpConfigError(Exception):
    """A configuration cannot be made, or its server refuses it."""


@dataclass(frozen=True)
class Backend:
    """A DHCP server: what its configuration looks like and how it checks one."""

    package: str
    render: Callable[[DnsmasqSettings], str]
    check: tuple[str, ...]
    """Program and arguments, the file's name follows the last one."""


BACKENDS: Mapping[str, Backend] = {
    "dnsmasq": Backend("dnsmasq-base", dnsmasq_config, ("dnsmasq", "--test", "--conf-file=")),
    "kea": Backend("kea-dhcp4-server", kea_config, ("kea-dhcp4", "-t", "")),
    "isc": Backend("isc-dhcp-server", isc_config, ("dhcpd", "-4", "-t", "-cf", "")),
}


def render(backend: str, conf: cfg.ConfigOpts, http_url: str, kea_server: str = "") -> str:
    """Return the configuration of a DHCP server from section [dhcp].

    :param kea_server: which of `kea_pair` it is for
    :raises BootSettingError: naming the setting that cannot be so
    """
    settings = dnsmasq.dhcp_settings(conf, http_url)
    if backend == "kea":
        return kea_config(settings, _kea_pair(conf, kea_server))
    return BACKENDS[backend].render(settings)


def _kea_pair(conf: cfg.ConfigOpts, kea_server: str) -> KeaPair | None:
    """Return the pair of section [dhcp]; a server that is none of it is refused."""
    if not conf.dhcp.kea_pair and not kea_server:
        return None
    try:
        servers = tuple((name, IPv4Address(text)) for name, text in conf.dhcp.kea_pair.items())
    except ValueError as error:
        raise BootSettingError("kea_pair", str(error), "an IPv4 address for each name") from error
    port, hooks = conf.dhcp.kea_pair_port, Path(conf.dhcp.kea_hooks)
    return KeaPair(servers, kea_server, port, hooks)


def check(backend: str, text: str, network_namespace: str = "") -> None:
    """Let the server's own program look at a configuration.

    :param network_namespace: where its interface is; empty for that of this process
    :raises DhcpConfigError: it is not installed, or refuses
    """
    entry = BACKENDS[backend]
    program = shutil.which(entry.check[0], path=_PLACES)
    if program is None:
        raise DhcpConfigError(
            f"{entry.check[0]} is not installed here (package {entry.package}): nothing was "
            "checked; --no-check writes all the same"
        )
    name = network_namespace
    prefix = ("nsenter", f"--net=/run/netns/{name}", "--") if name else ()
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text)
        file.flush()
        *arguments, last = entry.check[1:]
        try:
            done = subprocess.run(
                [*prefix, program, *arguments, f"{last}{file.name}"],
                capture_output=True, text=True, timeout=_CHECK_S, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DhcpConfigError(f"{program}: {error}") from error
    if done.returncode != 0:
        said = (done.stderr + done.stdout).strip()[-2000:]
        raise DhcpConfigError(f"{entry.check[0]} refuses the configuration: {said}")


def write(text: str, file: Path) -> None:
    """Put a configuration into the place of the last one, which stays until then."""
    write_atomic(file, text.encode(), mode=0o644)


def fill_tftp_root(conf: cfg.ConfigOpts, http_url: str, directory: Path) -> None:
    """Copy the first programs of starting machines to where a TFTP server offers them.

    :raises DhcpConfigError: a package is missing
    """
    try:
        dnsmasq.fill_tftp_root(dnsmasq.dhcp_settings(conf, http_url), directory)
    except dnsmasq.DnsmasqError as error:
        raise DhcpConfigError(str(error)) from error
