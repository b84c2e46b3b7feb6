"""What many tests need: a hardware report of a machine, and a whole installation on disk."""

from pathlib import Path

from ocinstaller.model.hardware import BlockDevice, DiskKind, Firmware, HardwareReport, Nic

GIB = 1024**3


def mac(number: int, port: int = 0) -> str:
    """Return the hardware address of a port of the machine `number`."""
    return f"52:54:00:{port:02x}:{number >> 8:02x}:{number & 255:02x}"


def report(
    number: int = 1, *, serial: str = "", firmware: Firmware = Firmware.BIOS
) -> HardwareReport:
    """Return the report of machine `number`: two interfaces and one disk."""
    return HardwareReport(
        serial=serial or f"SERIAL{number:04d}",
        firmware=firmware,
        memory_mib=4096,
        block_devices=(BlockDevice(name="vda", size_bytes=20 * GIB, kind=DiskKind.VIRTUAL),),
        nics=(
            Nic(name="eth0", mac=mac(number), speed_mbps=10000, link=True),
            Nic(name="eth1", mac=mac(number, 1), speed_mbps=1000, link=True),
        ),
    )


def write_config(directory: Path, *, database: str = "", extra: str = "") -> Path:
    """Write a configuration whose state lies below `directory`; return the file."""
    (directory / "puppet-ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    file = directory / "oci.conf"
    file.write_text(
        f"""[network]
OCI_IP = 127.0.0.1
TRUSTED_NETWORKS = 127.0.0.0/8,10.0.0.0/8
[server]
state_dir = {directory / "state"}
authorized_keys = {directory / "authorized_keys"}
[database]
connection = {database}
[images]
directory = {directory / "images"}
[puppet]
ca_file = {directory / "puppet-ca.pem"}
server = puppet.example.com
server_address = 10.1.0.250
[auto_racking]
map_file = {directory / "auto-racking.json"}
[auto_provision]
profiles_file = {directory / "hardware-profiles.json"}
auto_add_machines_cluster_name = cl1
{extra}
"""
    )
    return file


def write_image(directory: Path, kind: str) -> None:
    """Put a small file in the place of an image; good for everything but starting it."""
    from ocinstaller.images import imageset
    from ocinstaller.images.kinds import ImageKind

    place = directory / "images" / kind / ("0" * 16)
    place.mkdir(parents=True)
    for name in ("vmlinuz", "initrd.img", "filesystem.squashfs"):
        (place / name).write_bytes(f"{kind} {name}".encode() * 100)
    imageset.describe(ImageKind(kind), "0" * 16, "trixie", place, GIB)
    imageset.make_current(imageset.load(place))
