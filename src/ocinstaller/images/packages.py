"""Package lists of the images: what goes in, and why."""

from dataclasses import dataclass

from ocinstaller.model.services import SERVICES


@dataclass(frozen=True)
class PackageGroup:
    """Packages that are in an image for one reason."""

    reason: str
    packages: tuple[str, ...]


_INIT = PackageGroup(
    "a system that starts, with udev, D-Bus and its name in NSS",
    ("dbus", "kmod", "libnss-myhostname", "netbase", "procps", "systemd-sysv", "udev"),
)
_KERNEL = PackageGroup(
    "kernel and initrd; zstd compresses the initrd",
    ("initramfs-tools", "linux-image-amd64", "zstd"),
)
_AGENT = PackageGroup(
    "what the agent is written in, and the authorities it trusts beside OCI's own",
    ("ca-certificates", "python3", "python3-pydantic"),
)
_ACCESS = PackageGroup(
    "access and first aid for the operator",
    ("curl", "iproute2", "iputils-ping", "less", "openssh-server", "vim-tiny"),
)
_FILE_SYSTEMS = PackageGroup("checking and growing file systems", ("dosfstools", "e2fsprogs"))
_STORAGE = PackageGroup("software RAID and volume groups, also below the root", ("lvm2", "mdadm"))

LIVE: tuple[PackageGroup, ...] = (
    _INIT,
    _KERNEL,
    _AGENT,
    _ACCESS,
    _FILE_SYSTEMS,
    _STORAGE,
    PackageGroup("start from a squashfs fetched over HTTP", ("busybox", "live-boot")),
    PackageGroup(
        "inventory: processors, memory, disks, network cards, switch ports, BMC",
        ("dmidecode", "ethtool", "ipmitool", "lldpd", "lshw", "pciutils"),
    ),
    PackageGroup(
        "installation: partitions, file systems, image, boot entries",
        ("efibootmgr", "fdisk", "gdisk", "squashfs-tools", "xfsprogs"),
    ),
)

TARGET: tuple[PackageGroup, ...] = (
    _INIT,
    _KERNEL,
    _AGENT,
    _ACCESS,
    _FILE_SYSTEMS,
    _STORAGE,
    PackageGroup(
        "boot loaders for BIOS, UEFI and Secure Boot, installed without a network",
        (
            "efibootmgr",
            "grub-efi-amd64-bin",
            "grub-efi-amd64-signed",
            "grub-pc-bin",
            "grub2-common",
            "shim-signed",
        ),
    ),
    PackageGroup("configuration by Puppet", ("puppet-agent",)),
    PackageGroup("time, for certificates and databases", ("chrony",)),
    PackageGroup("which switch port a machine is plugged into", ("lldpd",)),
    PackageGroup("firewall and administration", ("nftables", "sudo")),
)

PUPPETSERVER: tuple[PackageGroup, ...] = (
    _INIT,
    PackageGroup("the server with the agent that shares its certificates", ("puppetserver",)),
    PackageGroup(
        "OCI's node classifier and signing policy are Python programs",
        ("ca-certificates", "python3"),
    ),
    PackageGroup("first aid for the operator", ("curl", "iproute2", "iputils-ping", "less")),
    PackageGroup(
        "OpenStack services",
        (
            "puppet-module-barbican",
            "puppet-module-cinder",
            "puppet-module-glance",
            "puppet-module-heat",
            "puppet-module-keystone",
            "puppet-module-neutron",
            "puppet-module-nova",
            "puppet-module-openstack-extras",
            "puppet-module-openstacklib",
            "puppet-module-oslo",
            "puppet-module-placement",
        ),
    ),
    PackageGroup(
        "databases, messages, balancing, caches, time, web server of a controller",
        (
            "puppet-module-aboe-chrony",
            "puppet-module-puppetlabs-apache",
            "puppet-module-puppetlabs-haproxy",
            "puppet-module-puppetlabs-mysql",
            "puppet-module-puppetlabs-rabbitmq",
            "puppet-module-saz-memcached",
        ),
    ),
    PackageGroup(
        "building blocks",
        (
            "puppet-module-camptocamp-kmod",
            "puppet-module-camptocamp-systemd",
            "puppet-module-duritong-sysctl",
            "puppet-module-extlib",
            "puppet-module-puppetlabs-augeas-core",
            "puppet-module-puppetlabs-concat",
            "puppet-module-puppetlabs-cron-core",
            "puppet-module-puppetlabs-firewall",
            "puppet-module-puppetlabs-host-core",
            "puppet-module-puppetlabs-inifile",
            "puppet-module-puppetlabs-mount-core",
            "puppet-module-puppetlabs-sshkeys-core",
            "puppet-module-puppetlabs-stdlib",
            "puppet-module-voxpupuli-alternatives",
            "puppet-module-voxpupuli-archive",
        ),
    ),
)

FIRMWARE = PackageGroup(
    "firmware of server network cards, disk controllers and processors (non-free-firmware)",
    (
        "amd64-microcode",
        "firmware-bnx2",
        "firmware-bnx2x",
        "firmware-cavium",
        "firmware-intel-misc",
        "firmware-misc-nonfree",
        "firmware-myricom",
        "firmware-netxen",
        "firmware-qlogic",
        "firmware-realtek",
        "intel-microcode",
    ),
)


def names(groups: tuple[PackageGroup, ...]) -> tuple[str, ...]:
    """Names of all packages of some groups, each once, sorted."""
    return tuple(sorted({package for group in groups for package in group.packages}))


def of_role(role: str) -> tuple[str, ...]:
    """Names of the packages of all services that can run on machines of a role, sorted."""
    found = {
        package
        for service in SERVICES
        if service.deployment and any(on.role == role for on in service.places)
        for package in service.deployment.packages
    }
    return tuple(sorted(found))
