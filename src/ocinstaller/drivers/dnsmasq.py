"""Runs dnsmasq for DHCP and TFTP as a child of the server (the embedded default)."""

import logging
import os
import select
import signal
import stat
import subprocess
import threading
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path

from oslo_config import cfg

from ocinstaller.boot import DnsmasqSettings, RouterAdvertisements, dnsmasq_config, tftp_files
from ocinstaller.boot.files import GRUB_START, UefiLoader
from ocinstaller.boot.grub import grub_start
from ocinstaller.files import write_atomic

LOG = logging.getLogger(__name__)

_CHECK_S = 10
_STOP_S = 10
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_PREFIX = IPv6Network("fd66::/64")
"""Announced only so that iPXE need not wait; RFC 4193 local addresses that nothing routes."""


class DnsmasqError(Exception):
    """dnsmasq refused its configuration, or cannot be run."""


def dhcp_settings(conf: cfg.ConfigOpts, http_url: str) -> DnsmasqSettings:
    """Return what section [dhcp] says about the installation network.

    :param http_url: base of the boot files and decisions
    :raises BootSettingError: naming the setting that cannot be so
    """
    directory = Path(conf.server.state_dir) / "dhcp"
    address = IPv4Address(conf.network.OCI_IP)
    return DnsmasqSettings(
        interface=conf.dhcp.interface,
        network=IPv4Network((address, conf.dhcp.prefix_length), strict=False),
        address=address,
        range_start=IPv4Address(conf.dhcp.range_first),
        range_end=IPv4Address(conf.dhcp.range_last),
        tftp_root=directory / "tftp",
        http_url=http_url,
        lease_file=directory / "dnsmasq.leases",
        pid_file=directory / "dnsmasq.pid",
        router_advertisements=(
            RouterAdvertisements(_PREFIX) if conf.dhcp.router_advertisements else None
        ),
        uefi_loader=UefiLoader(conf.dhcp.uefi_loader),
        proxy=conf.dhcp.proxy,
    )


def fill_tftp_root(settings: DnsmasqSettings, directory: Path) -> list[str]:
    """Copy the first programs of starting machines to where a TFTP server offers them.

    :returns: their names
    :raises DnsmasqError: a package is missing
    """
    directory.mkdir(parents=True, exist_ok=True)
    files = tftp_files(settings.uefi_loader, proxy=settings.proxy)
    for file in files:
        try:
            content = Path(file.source).read_bytes()
        except OSError as error:
            raise DnsmasqError(f"{error}: install package {file.package}") from error
        write_atomic(directory / file.name, content, mode=0o644)
    if settings.uefi_loader is UefiLoader.SHIM:
        start = directory / GRUB_START
        start.parent.mkdir(exist_ok=True)
        write_atomic(start, grub_start(settings.address).encode(), mode=0o644)
        return [*(file.name for file in files), GRUB_START]
    return [file.name for file in files]


class Dnsmasq:
    """One dnsmasq, started again when it ends by itself."""

    def __init__(self, conf: cfg.ConfigOpts, http_url: str) -> None:
        """Prepare for the interface and range of section [dhcp]."""
        directory = Path(conf.server.state_dir) / "dhcp"
        self._namespace: str = conf.dhcp.network_namespace
        self._config_file = directory / "dnsmasq.conf"
        self._tftp_root = directory / "tftp"
        self._pid_file = directory / "dnsmasq.pid"
        self._settings = dhcp_settings(conf, http_url)
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._watcher = threading.Thread(target=self._watch, name="dnsmasq", daemon=True)

    def start(self) -> None:
        """Write files, check the configuration and start.

        :raises DnsmasqError: when dnsmasq is not installed or refuses the configuration
        """
        write_atomic(self._config_file, dnsmasq_config(self._settings).encode(), mode=0o644)
        fill_tftp_root(self._settings, self._tftp_root)
        self._check()
        self._end_leftover()
        self._child = self._spawn()
        self._watcher.start()

    def stop(self) -> None:
        """End the child and wait for it."""
        self._stopping.set()
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()
        self._watcher.join(_STOP_S)

    def _command(self, *arguments: str) -> list[str]:
        prefix = ["nsenter", f"--net=/run/netns/{self._namespace}", "--"] if self._namespace else []
        # As "nobody", its habit, it could not read below a directory like /root.
        user = [] if _passable(self._tftp_root) else ["--user=root"]
        return [*prefix, "dnsmasq", f"--conf-file={self._config_file}", *user, *arguments]

    def _check(self) -> None:
        try:
            result = subprocess.run(
                self._command("--test"), capture_output=True, timeout=_CHECK_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DnsmasqError(f"dnsmasq cannot be run: {error}") from error
        if result.returncode != 0:
            text = result.stderr.decode(errors="replace").strip()
            raise DnsmasqError(f"dnsmasq refuses {self._config_file}: {text}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(self._command("--keep-in-foreground", "--log-facility=-"))
        LOG.info("dnsmasq started", extra={"pid": child.pid})
        return child

    def _watch(self) -> None:
        pause = _FIRST_PAUSE_S
        while self._child is not None:
            code = self._child.wait()
            if self._stopping.is_set():
                return
            LOG.error("dnsmasq ended by itself", extra={"exit_code": code, "pause_s": pause})
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            self._child = self._spawn()

    def _end_leftover(self) -> None:
        """End the dnsmasq of a server that was killed: it still holds the ports.

        The process is known by its PID file and, as numbers are used again, by its command line.
        """
        try:
            pid = int(self._pid_file.read_text())
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return
        if f"--conf-file={self._config_file}".encode() not in words:
            return
        handle = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            _wait_for_end(handle)
        finally:
            os.close(handle)


def is_running(state_directory: Path) -> bool:
    """Tell whether the dnsmasq of the server with this state directory runs."""
    directory = state_directory / "dhcp"
    try:
        pid = int((directory / "dnsmasq.pid").read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return False
    return f"--conf-file={directory / 'dnsmasq.conf'}".encode() in words


def _passable(directory: Path) -> bool:
    """Tell whether every user gets to a directory."""
    return all(path.stat().st_mode & stat.S_IXOTH for path in (directory, *directory.parents))


def _wait_for_end(handle: int) -> None:
    if not select.select([handle], [], [], _STOP_S)[0]:
        raise DnsmasqError("the dnsmasq of an earlier server does not end")
