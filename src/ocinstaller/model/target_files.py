"""The files that make an unpacked image this machine's system. Pure text, no input or output."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from ocinstaller.model import networkd
from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.network_layout import NetworkLayout
from ocinstaller.model.plan import TargetFile
from ocinstaller.model.text import Text

_SECRET = 0o600
_OF_THE_INSTALLER = frozenset(
    {
        "/etc/fstab", "/etc/group", "/etc/gshadow", "/etc/hostname", "/etc/machine-id",
        "/etc/passwd", "/etc/shadow",
    }
)  # fmt: skip
"""What the agent writes or relies on."""
_CA_FILE = "/etc/ssl/certs/oci-root-ca.pem"  # a link to the .crt below
_LOCAL_CAS = "/usr/local/share/ca-certificates"
_CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7"  # noqa: S105 - the object identifier, RFC 2985 5.4.1


@dataclass(frozen=True)
class HostEntry:
    """An address and its names, the canonical one first."""

    address: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class PackageSource:
    """Where the machine fetches packages from."""

    release: str
    mirror: str
    security_mirror: str
    proxy: str | None


@dataclass(frozen=True)
class PuppetConfig:
    """How the machine's Puppet agent finds and proves itself to its server."""

    server: str
    environment: str
    ca_pem: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Identity:
    """A certificate under the name that its files carry."""

    name: str
    certificate: str
    chain: str
    key: str = field(repr=False)
    bundle: str = field(repr=False)


@dataclass(frozen=True)
class TargetSystem:
    """Everything that distinguishes this machine's system from the image."""

    serial: str
    plan_id: str
    hostname: str
    server_url: str
    firmware: Firmware
    network: NetworkLayout
    hosts: tuple[HostEntry, ...]
    nameservers: tuple[str, ...]
    packages: PackageSource
    authorized_keys: str
    root_ca: str
    machine_identity: Identity
    api_identity: Identity | None
    api_root: str
    """Root that the operator gave with the API's certificate; empty for none."""
    puppet: PuppetConfig
    hosts_append: str = ""
    """Lines that the site adds to /etc/hosts."""
    extra_files: tuple[TargetFile, ...] = ()
    """Those of the site."""


def render(system: TargetSystem) -> tuple[TargetFile, ...]:
    """Return all files of a machine.

    :raises Conflict: a file of the site has the path of one of OCI's own
    """
    own = _own_files(system)
    taken = _OF_THE_INSTALLER | {file.path for file in own}
    for file in system.extra_files:
        if file.path in taken:
            raise Conflict(
                Text("{path} is a file that OCI writes itself", path=file.path),
                field="oci-in-target",
                value=file.path,
                allowed=Text("other files: settings, hosts_append and Puppet change OCI's"),
            )
    return (*own, *system.extra_files)


def _own_files(system: TargetSystem) -> tuple[TargetFile, ...]:
    hosts = hosts_file(system.hostname, system.hosts) + system.hosts_append
    return (
        TargetFile(path="/etc/hosts", content=hosts),
        *networkd.render(system.network, system.firmware),
        _resolver(system.nameservers),
        *_package_files(system.packages),
        TargetFile(path="/root/.ssh/authorized_keys", content=system.authorized_keys, mode=_SECRET),
        *certificate_files(
            system.root_ca, system.machine_identity, system.api_identity, system.api_root
        ),
        *_puppet_files(system.hostname, system.puppet),
        _agent_file(system),
    )


def hosts_file(hostname: str, entries: Sequence[HostEntry]) -> str:
    """Return `/etc/hosts` with OCI's part between the marks that operators know."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback", ""]
    lines.append("# OCISTA_MAINTAINED: do not edit below this line")
    own = [entry for entry in entries if hostname in entry.names]
    others = [entry for entry in entries if hostname not in entry.names]
    lines += [f"{entry.address} {' '.join(entry.names)}" for entry in (*own, *others)]
    lines.append("# OCIFIN_MAINTAINED: do not edit above this line")
    return "\n".join(lines) + "\n"


def _resolver(nameservers: Sequence[str]) -> TargetFile:
    lines = [f"nameserver {address}" for address in nameservers]
    return TargetFile(path="/etc/resolv.conf", content="".join(f"{line}\n" for line in lines))


def _package_files(source: PackageSource) -> list[TargetFile]:
    signed_by = "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg"
    release = source.release
    text = f"""Types: deb
URIs: {source.mirror}
Suites: {release} {release}-updates
Components: main non-free-firmware
{signed_by}

Types: deb
URIs: {source.security_mirror}
Suites: {release}-security
Components: main non-free-firmware
{signed_by}
"""
    files = [TargetFile(path="/etc/apt/sources.list.d/debian.sources", content=text)]
    if source.proxy:
        line = f'Acquire::http::Proxy "http://{source.proxy}";\n'
        files.append(TargetFile(path="/etc/apt/apt.conf.d/90oci-proxy", content=line))
    return files


def certificate_files(
    root_ca: str, own: Identity, api: Identity | None, api_root: str = ""
) -> tuple[TargetFile, ...]:
    """Return the files of OCI's root CA, a machine's certificate and, on controllers, the API's.

    :param api_root: another root that the machine is to trust; empty for none
    """
    files: tuple[TargetFile, ...] = (
        TargetFile(path=f"{_LOCAL_CAS}/oci-root-ca.crt", content=root_ca),
        TargetFile(path=f"/etc/ssl/oci/{own.name}.crt", content=own.certificate),
        TargetFile(path=f"/etc/ssl/oci/{own.name}-chain.pem", content=own.chain),
        TargetFile(path=f"/etc/ssl/oci/{own.name}.pem", content=own.bundle, mode=_SECRET),
        TargetFile(path=f"/etc/ssl/private/{own.name}.key", content=own.key, mode=_SECRET),
    )
    if api_root:
        file = f"{_LOCAL_CAS}/oci-api-root.crt"
        files = (*files, TargetFile(path=file, content=api_root))
    if api is None:
        return files
    return (
        *files,
        TargetFile(path=f"/etc/ssl/oci/{api.name}.pem", content=api.bundle, mode=_SECRET),
    )


def _puppet_files(hostname: str, puppet: PuppetConfig) -> list[TargetFile]:
    main = f"""[main]
server = {puppet.server}
certname = {hostname}
environment = {puppet.environment}
"""
    attributes = f'custom_attributes:\n  {_CHALLENGE_PASSWORD}: "{puppet.token}"\n'
    return [
        TargetFile(path="/etc/puppet/puppet.conf", content=main),
        TargetFile(path="/etc/puppet/csr_attributes.yaml", content=attributes, mode=_SECRET),
        TargetFile(path="/var/lib/puppet/ssl/certs/ca.pem", content=puppet.ca_pem),
    ]


def _agent_file(system: TargetSystem) -> TargetFile:
    document = {
        "url": system.server_url,
        "ca_file": _CA_FILE,
        "serial": system.serial,
        "plan_id": system.plan_id,
    }
    return TargetFile(path="/etc/oci/agent.json", content=json.dumps(document, indent=2) + "\n")
