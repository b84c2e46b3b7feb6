"""The server under test: its configuration, its process, its sockets, its administrator."""

import configparser
import io
import os
import socket
import ssl
import sys
import urllib.request
from contextlib import ExitStack, suppress
from http import HTTPStatus
from pathlib import Path

from ocinstaller.boot import VIRTUAL_EXTRA
from ocinstaller.boot.files import UefiLoader
from ocinstaller.images import aptconf
from ocinstaller.lab import javascript, sockets
from ocinstaller.lab.command import run
from ocinstaller.lab.layout import (
    DHCP_RANGE,
    INTERNAL,
    PROXY_PORT,
    PUPPET_ADDRESS,
    PUPPET_HOSTNAME,
    Lab,
)
from ocinstaller.lab.processes import Processes

ADMINISTRATOR = "admin"
HTTPS_PORT = 8443
"""Preferred on the host's loopback; another one is taken when it is in use."""
PROCESS = "server"
COMMANDS = Path(sys.executable).parent
"""Where the product's commands are installed, beside the interpreter of the lab."""
ADMIN_S = 60.0
ANSWER_S = 5.0
TARGET_CMDLINE = "console=ttyS0 net.ifnames=0 mitigations=off no_timer_check nowatchdog panic=30"
"""Virtual machines only: an emulated timer fails the kernel's check when the host is busy."""


def command(name: str, *args: str) -> list[str]:
    """The command line of one of the product's commands."""
    return [str(COMMANDS / name), *args]


def configure(lab: Lab, uefi_loader: UefiLoader = UefiLoader.IPXE) -> None:
    """Write the configuration file, with the mirrors that this host's apt uses.

    :param uefi_loader: what UEFI machines start from the network
    """
    mirrors = aptconf.host_mirrors()
    internal = INTERNAL.address
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_dict(
        {
            "network": {
                "OCI_IP": str(internal.ip),
                "TRUSTED_NETWORKS": str(internal.network),
                "debian_mirror": mirrors.archive.replace("https://", "http://"),
                "debian_security_mirror": mirrors.security.replace("https://", "http://"),
                "USE_HTTP_PROXY": "true",
                "HTTP_PROXY_ADDR": f"{internal.ip}:{PROXY_PORT}",
            },
            "server": {
                "state_dir": str(lab.server_state),
                "authorized_keys": str(authorized_keys(lab)),
                "report_interval": "10",
            },
            "images": {
                "directory": str(lab.images),
                "live_cmdline": VIRTUAL_EXTRA,
                "target_cmdline": TARGET_CMDLINE,
            },
            "dhcp": {
                "enabled": "true",
                "interface": INTERNAL.name,
                "network_namespace": lab.name,
                "prefix_length": str(internal.network.prefixlen),
                "range_first": DHCP_RANGE[0],
                "range_last": DHCP_RANGE[1],
                "router_advertisements": "true",
                "uefi_loader": uefi_loader.value,
            },
            "puppet": {
                "server": PUPPET_HOSTNAME,
                "server_address": str(PUPPET_ADDRESS.ip),
                "ca_file": str(lab.puppet_ca_file),
            },
            "web": {"javascript_directory": str(javascript.directory(lab.shared))},
        }
    )
    text = io.StringIO()
    parser.write(text)
    lab.config_file.parent.mkdir(parents=True, exist_ok=True)
    lab.config_file.write_text(text.getvalue())


def make_authorities(lab: Lab) -> None:
    """Make OCI's root and intermediate CA; what exists stays."""
    run(*command("oci-root-ca-gen", "--config", str(lab.config_file)), timeout_s=ADMIN_S)


def make_token(lab: Lab) -> None:
    """Make the puppetserver's token; one that exists stays valid."""
    if not lab.puppet_token_file.exists():
        config = str(lab.config_file)
        target = str(lab.puppet_token_file)
        run(*command("oci-service-token", "--config", config, "puppet", target), timeout_s=ADMIN_S)


def make_administrator(lab: Lab) -> str | None:
    """Make the first administrator and keep the credentials for `ocicli`.

    :returns: the password, when it was made now.
    """
    if lab.credentials_file.exists():
        return None
    config = ("--config", str(lab.config_file))
    known = run(*command("oci-userdb", *config, "-l"), timeout_s=ADMIN_S).split()
    # A run that was killed in between has left a user whose password nobody knows.
    what = ("-p", ADMINISTRATOR) if ADMINISTRATOR in known else ("-a", ADMINISTRATOR, "--admin")
    password = run(*command("oci-userdb", *config, *what), timeout_s=ADMIN_S).strip()
    content = (
        f"OCI_API_URL={url(lab)}\n"
        f"OCI_LOGIN={ADMINISTRATOR}\n"
        f"OCI_PASS={password}\n"
        f"OCI_CACERT={lab.root_ca_file}\n"
    )
    descriptor = os.open(lab.credentials_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    return password


def start(lab: Lab, processes: Processes) -> None:
    """Start the server unless it runs, listening in the lab and on the host's loopback."""
    if processes.find(PROCESS) is not None:
        return
    address = str(INTERNAL.address.ip)
    with ExitStack() as stack:
        listeners = [
            ("http", stack.enter_context(sockets.listen(address, 80, netns=lab.name))),
            ("https", stack.enter_context(sockets.listen(address, 443, netns=lab.name))),
            ("https", stack.enter_context(_host_listener(lab))),
        ]
        processes.start(
            PROCESS,
            command("oci-server", "--config", str(lab.config_file)),
            listeners=[(name, listener.fileno()) for name, listener in listeners],
        )


def healthy(lab: Lab) -> bool:
    """Tell whether the server answers on the host, with a certificate of OCI's CA."""
    try:
        context = ssl.create_default_context(cafile=lab.root_ca_file)
        with urllib.request.urlopen(f"{url(lab)}/health", context=context, timeout=ANSWER_S) as got:  # noqa: S310 - https
            return bool(got.status == HTTPStatus.OK)
    except OSError:
        return False


def url(lab: Lab) -> str:
    """Address of API and web pages on this host."""
    return f"https://127.0.0.1:{_port_record(lab).read_text().strip()}"


def _host_listener(lab: Lab) -> socket.socket:
    """Listen on the port of earlier starts, else on the preferred one, else on any."""
    record = _port_record(lab)
    if record.exists():
        return sockets.listen("127.0.0.1", int(record.read_text()))
    listener = None
    with suppress(OSError):
        listener = sockets.listen("127.0.0.1", HTTPS_PORT)
    listener = listener or sockets.listen("127.0.0.1", 0)
    record.write_text(f"{listener.getsockname()[1]}\n")
    return listener


def _port_record(lab: Lab) -> Path:
    return lab.run_directory / "https-port"


def authorized_keys(lab: Lab) -> Path:
    """The lab's public SSH key; the key pair is made once."""
    key = lab.shared / "ssh" / "id_ed25519"
    if not key.exists():
        key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "oci-lab", "-f", str(key))
    return key.with_suffix(".pub")
