"""What a machine says about itself: the hardware report of the agent."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from ocinstaller.model.wire import Document, MacAddress, Text

REPORT_LIMIT = 512 * 1024
"""Bytes of the largest report that the server reads; a full rack server's is about 40 KiB."""

SERIAL_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._: -]{0,127}$"

Serial = Annotated[str, StringConstraints(pattern=SERIAL_PATTERN)]
"""A machine's serial number: what the vendor printed, without surrounding blanks."""


class Firmware(StrEnum):
    """How the machine was started, which decides how it is made bootable."""

    BIOS = "bios"
    UEFI = "uefi"
    CONTAINER = "container"


class DiskKind(StrEnum):
    """The kind of a block device."""

    HDD = "hdd"
    SSD = "ssd"
    NVME = "nvme"
    VIRTUAL = "virtual"


class Product(Document):
    """The machine as its vendor describes it (SMBIOS types 0, 1)."""

    manufacturer: Text = ""
    name: Text = ""
    bios_version: Text = ""
    lifecycle_version: Text = ""
    """Of the vendor's firmware manager, where there is one (Dell's Lifecycle Controller)."""


class Cpu(Document):
    """The processors; `mhz` is the nominal clock."""

    vendor: Text = ""
    model: Text = ""
    mhz: int = Field(default=0, ge=0, le=100_000)
    sockets: int = Field(default=0, ge=0, le=1024)
    cores: int = Field(default=0, ge=0, le=65536)
    threads: int = Field(default=0, ge=0, le=65536)


class BlockDevice(Document):
    """A disk that the installer may use."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!._-]{1,64}$")]
    """Kernel name without `/dev/`."""
    size_bytes: int = Field(ge=0)
    kind: DiskKind
    by_path: Text = ""
    """Persistent name below `/dev/disk/by-path/`, empty when udev knows none."""
    model: Text = ""
    serial: Text = ""
    read_only: bool = False


class LldpNeighbour(Document):
    """The switch port at the other end of a cable (IEEE 802.1AB)."""

    switch_hostname: Text = ""
    switch_port: Text = ""


class Nic(Document):
    """A physical network interface."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,15}$")]
    mac: MacAddress
    speed_mbps: int = Field(default=0, ge=0, le=10_000_000)
    """0 when the driver does not say (no link, virtual)."""
    driver: Text = ""
    link: bool = False
    firmware_version: Text = ""
    addresses: tuple[Text, ...] = ()
    """Addresses with prefix length, as configured in the live system."""
    lldp: LldpNeighbour | None = None


class Bmc(Document):
    """The management controller as `ipmitool` sees it from inside."""

    address: Text = ""
    mac: Text = ""
    firmware_version: Text = ""


class StorageController(Document):
    """What block devices are attached to."""

    address: Text = ""
    """Where it is, such as a PCI address."""
    vendor: Text = ""
    product: Text = ""
    kind: Text = ""
    """What drives it: nvme, LSI-raid, LSI-noraid, SSA, HP-JBOD; empty when nobody knows."""
    firmware_version: Text = ""


class Drive(Document):
    """A drive behind a RAID controller: the kernel sees only what is made of it."""

    controller: int = Field(default=0, ge=0, le=65536)
    enclosure: int = Field(default=0, ge=0, le=65536)
    slot: int = Field(ge=0, le=65536)
    size_bytes: int = Field(ge=0)
    model: Text = ""
    serial: Text = ""
    state: Text = ""


class Failure(Document):
    """A collector that could not do its work, and why."""

    collector: Text
    reason: Annotated[str, StringConstraints(max_length=2000)]


class HardwareReport(Document):
    """Everything that the agent found, and which collectors failed."""

    serial: Serial
    product: Product = Product()
    memory_mib: int = Field(default=0, ge=0, le=2**32)
    cpu: Cpu = Cpu()
    firmware: Firmware
    secure_boot: bool = False
    block_devices: tuple[BlockDevice, ...] = Field(default=(), max_length=512)
    nics: tuple[Nic, ...] = Field(default=(), max_length=128)
    bmc: Bmc | None = None
    controllers: tuple[StorageController, ...] = Field(default=(), max_length=64)
    drives: tuple[Drive, ...] = Field(default=(), max_length=1024)
    failures: tuple[Failure, ...] = Field(default=(), max_length=64)
