"""`oci-server`: the whole server in one process tree."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
import uvloop
from fastapi import FastAPI
from oslo_config import cfg

from ocinstaller import settings
from ocinstaller.actions import boot_decision, installation
from ocinstaller.actions.automatic_numbering import AutomaticNumbering
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.actions.plugin_runner import PluginRunner
from ocinstaller.api import listeners, logs
from ocinstaller.api.app import boot_app, https_app
from ocinstaller.drivers import rings
from ocinstaller.drivers.dnsmasq import Dnsmasq, DnsmasqError
from ocinstaller.model.errors import OciError
from ocinstaller.web import pages

LOG = logging.getLogger(__name__)

_GRACE_S = 10


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to us: there are two of them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


def _server(app: FastAPI, **more: object) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=_GRACE_S,
            server_header=False,
            **more,  # type: ignore[arg-type]
        )
    )


def _certificate(oci: Installation) -> Path:
    """Return the file with the server's key and chain, making or renewing it."""
    address = oci.conf.network.OCI_IP
    names = ["oci-server", "localhost", socket.gethostname().lower()]
    oci.authority.issue(list(dict.fromkeys(names)), [address, "127.0.0.1"])
    return oci.authority.bundle_file(names[0])


async def _serve(oci: Installation) -> None:
    bundle = str(_certificate(oci))
    secure = _server(https_app(oci, pages.router), ssl_certfile=bundle, ssl_keyfile=bundle)
    plain = _server(boot_app(oci))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, (secure, plain), oci)
    given = listeners.inherited()
    server = oci.conf.server
    https = given.get("https") or [listeners.listen(server.listen_address, server.https_port)]
    http = given.get("http") or [listeners.listen(server.listen_address, server.http_port)]
    LOG.info("server started", extra={"pid": os.getpid(), "url": installation.server_url(oci)})
    oci.feed.start()
    await asyncio.gather(secure.serve(sockets=https), plain.serve(sockets=http))


def _stop(servers: Sequence[uvicorn.Server], oci: Installation) -> None:
    """End the servers; streams end by themselves once they hear of it, requests as usual."""
    oci.feed.end_streams()
    for server in servers:
        server.should_exit = True


def run(config_file: Path) -> None:
    """Run until SIGTERM or SIGINT.

    :raises cfg.Error: when the configuration is wrong
    :raises DnsmasqError: when dnsmasq does not accept its part
    """
    oci = open_installation(config_file)
    logs.configure(oci.conf.server.log_format)
    rings.prepare()
    plugin_runner, numbering = PluginRunner(oci), AutomaticNumbering(oci)
    dhcp = Dnsmasq(oci.conf, installation.boot_url(oci)) if oci.conf.dhcp.enabled else None
    if dhcp is not None:
        dhcp.start()
    tftp_server = boot_decision.grub_server(oci)
    if tftp_server is not None:
        tftp_server.start()
    plugin_runner.start()
    numbering.start()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(oci))
        oci.feed.stop()
        oci.sightings.flush()
    finally:
        numbering.stop()
        plugin_runner.stop()
        if tftp_server is not None:
            tftp_server.stop()
        if dhcp is not None:
            dhcp.stop()
    LOG.info("server stopped")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oci-server`."""
    parser = argparse.ArgumentParser(
        prog="oci-server", description="Runs OCI: API, web pages, boot files, DHCP."
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=settings.DEFAULT_CONFIG,
        help="configuration file (%(default)s)",
    )
    arguments = parser.parse_args(argv)
    try:
        run(arguments.config)
    except (cfg.Error, DnsmasqError, OciError, OSError) as error:
        print(f"oci-server: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
