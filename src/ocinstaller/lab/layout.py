"""The lab as data: its networks, its machines, and where it keeps what it makes."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path

DOMAIN = "lab.oci.internal"
CLUSTER = "lab"
REGION = "lab-region"
LOCATION = "lab-room"
PROXY_PORT = 3142
"""Port of the package proxy: the one that apt-cacher-ng made customary."""


@dataclass(frozen=True)
class Bridge:
    """A virtual switch of the lab; its addresses are those of the server's side.

    :ivar outside: of a second network, which the machines of tenants have addresses in.
    """

    name: str
    address: IPv4Interface
    address6: IPv6Interface | None = None
    outside: IPv4Interface | None = None


INTERNAL = Bridge("br-int", IPv4Interface("10.66.0.1/24"), IPv6Interface("fd66::1/64"))
"""PXE, Puppet and management. It has IPv6 because iPXE waits 16 s for a router otherwise."""
OUTSIDE = IPv4Interface("10.66.3.1/24")
"""What tenants call the world, in labs that have bridges to it."""
PUBLIC = Bridge("br-pub", IPv4Interface("10.66.1.1/24"), outside=OUTSIDE)
"""Where the cluster's API answers."""
BRIDGES = (INTERNAL, PUBLIC)


@dataclass(frozen=True)
class TaggedNetwork:
    """A VLAN of the lab's LACP switch; the address is that of the server's side."""

    vlan: int
    address: IPv4Interface


TAGGED = TaggedNetwork(100, IPv4Interface("10.66.2.1/24"))
"""Management of machines with bonded cards; the server routes for it by being there."""

DHCP_RANGE = ("10.66.0.200", "10.66.0.250")
PUPPET_ADDRESS = IPv4Interface("10.66.0.2/24")
SERVER_URL = "https://10.66.0.1"
"""The server as the machines reach it."""
PUPPET_HOSTNAME = f"puppet.{DOMAIN}"


class MachineKind(StrEnum):
    """How a machine of the lab is made, and so which firmware it has."""

    BIOS = "bios"
    """QEMU with SeaBIOS: PXE through lpxelinux."""
    UEFI = "uefi"
    """QEMU with OVMF: PXE through iPXE."""
    CONTAINER = "container"
    """systemd-nspawn: native speed, a stand-in for firmware and boot loader."""


@dataclass(frozen=True)
class Machine:
    """One machine of the lab.

    :ivar number: from 1 to 254, makes MAC addresses and interface names unique.
    :ivar role: the role it is enrolled with.
    :ivar data_disks_gib: sizes of the disks beside that of the system; containers only.
    :ivar disks: how many disks it has (virtual machines).
    :ivar settings: settings that it gets when it is enrolled, by name.
    :ivar bonded: its two cards are a port channel of the LACP switch (virtual machines).
    :ivar secure_boot: its firmware starts nothing that Microsoft's keys do not vouch for (UEFI).
    """

    name: str
    number: int
    kind: MachineKind
    role: str
    data_disks_gib: tuple[int, ...] = ()
    disks: int = 1
    settings: tuple[tuple[str, str], ...] = ()
    bonded: bool = False
    secure_boot: bool = False

    @property
    def serial(self) -> str:
        """The serial number that the firmware shows."""
        return f"LAB-{self.name.upper()}"

    @property
    def macs(self) -> tuple[str, str]:
        """MAC addresses on the internal and the public network (QEMU's own prefix)."""
        return (f"52:54:00:66:00:{self.number:02x}", f"52:54:00:66:01:{self.number:02x}")

    @property
    def loop_number(self) -> int:
        """Preferred loop device of a container's disk; programs of the host count from 0."""
        return 100 + self.number

    @property
    def data_loop_numbers(self) -> tuple[int, ...]:
        """Preferred loop devices of a container's data disks."""
        first = 1000 + 10 * self.number
        return tuple(range(first, first + len(self.data_disks_gib)))


PUPPET_MACHINE = Machine("puppet", 254, MachineKind.CONTAINER, "")
"""The machine of the puppetserver; it is no machine of the product, so it has no role."""


@dataclass(frozen=True)
class Lab:
    """One lab: its name on the host and its directories.

    :ivar name: name of its network namespace and prefix of its machines' namespaces.
    :ivar directory: everything of this lab alone: configuration, database, disks, logs.
    :ivar shared: what several labs use together: package cache and images.
    """

    name: str
    directory: Path
    shared: Path

    @property
    def config_file(self) -> Path:
        """The configuration file of the product under test."""
        return self.directory / "etc" / "openstack-cluster-installer.conf"

    @property
    def credentials_file(self) -> Path:
        """Environment of `ocicli` for the lab's administrator, as lines of NAME=VALUE."""
        return self.directory / "etc" / "ocicli.env"

    @property
    def puppet_ca_file(self) -> Path:
        """Certificate of the puppetserver's CA, for the server to hand out."""
        return self.directory / "etc" / "puppet-ca.pem"

    @property
    def puppet_token_file(self) -> Path:
        """What the puppetserver proves itself with to the server."""
        return self.directory / "etc" / "puppet-token"

    @property
    def root_ca_file(self) -> Path:
        """OCI's root certificate."""
        return self.server_state / "ssl" / "ca" / "oci-pki-root-ca.pem"

    @property
    def server_state(self) -> Path:
        """Database, keys and certificates of the server."""
        return self.directory / "server"

    @property
    def images(self) -> Path:
        """The built images, by kind and digest."""
        return self.shared / "images"

    @property
    def package_cache(self) -> Path:
        """What the package proxy keeps."""
        return self.shared / "apt-cache"

    @property
    def logs(self) -> Path:
        """One log file for each process of the lab."""
        return self.directory / "log"

    @property
    def run_directory(self) -> Path:
        """Records of running processes."""
        return self.directory / "lab"

    def machine_directory(self, machine_name: str) -> Path:
        """Disk, console log and firmware variables of one machine."""
        return self.run_directory / "machines" / machine_name

    def machine_namespace(self, machine_name: str) -> str:
        """Name of the network namespace of one container machine."""
        return f"{self.name}-{machine_name}"

    @property
    def marker(self) -> str:
        """Value of the environment variable that every process of this lab carries."""
        return str(self.directory.resolve())
