"""Settings of machines."""

from dataclasses import replace
from typing import Any

from ocinstaller.model import disk_spelling
from ocinstaller.model.settings.cluster_api import CPU as CLUSTER_CPU
from ocinstaller.model.settings.schema import (
    INHERIT,
    Kind,
    Setting,
    choice,
    flag,
    real,
    special,
    string,
    whole,
)

_SWIFT = "swiftstore swiftproxy"
_DEVICE: dict[str, Any] = {
    "longest": 64,
    "pattern": r"[A-Za-z0-9][A-Za-z0-9!:._/-]{0,63}",
    "meaning": "the name of a device without /dev/",
}
_DISK: dict[str, Any] = {
    "longest": 135,
    "pattern": disk_spelling.PATTERN,
    "meaning": disk_spelling.ALLOWED,
}
_INTERFACE: dict[str, Any] = {
    "longest": 15,
    "pattern": r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}",
    "meaning": "the name of an interface",
}
_HEXADECIMAL: dict[str, Any] = {
    "longest": 16,
    "pattern": r"[0-9a-fA-F]{1,16}",
    "meaning": "a hexadecimal number such as 10de",
}

PLACE: tuple[Setting, ...] = (
    special(
        Kind.FQDN, "hostname", "", "fully qualified host name of a machine of a cluster",
        of_state=True,
    ),
    string("notes", "", "whatever operators want to remember", longest=256),
    string("loc_dc", "", "data centre", longest=32, option="dc", aliases=("dc",)),
    string("loc_row", "", "row of the data centre", longest=32, option="row", aliases=("row",)),
    string("loc_rack", "", "rack of the row", longest=32, option="rack", aliases=("rack",)),
    string(
        "loc_u_start", "", "lowest unit in the rack", longest=16, option="ustart",
        aliases=("ustart",),
    ),
    string(
        "loc_u_end", "", "highest unit in the rack", longest=16, option="uend", aliases=("uend",)
    ),
)  # fmt: skip

DISKS: tuple[Setting, ...] = (
    string("dest_blk", "none", "system disk; none: the smallest that is large enough", **_DISK),
    flag("install_on_raid", False, "the system is on a software RAID"),
    choice("raid_type", "1", "0 1 5 10", "level of that RAID"),
    string("raid_dev0", "none", "first disk of that RAID; none: chosen by OCI", **_DISK),
    string("raid_dev1", "none", "second disk of that RAID; none: chosen by OCI", **_DISK),
    string("raid_dev2", "none", "third disk of that RAID", **_DEVICE),
    string("raid_dev3", "none", "fourth disk of that RAID", **_DEVICE),
    flag("system_on_lvm", False, "the system is on logical volumes"),
    whole("swap_mib", 0, "swap space of the system; 0: none", unit="MiB", most=2**20),
    string(
        "serial_console_dev", "ttyS1", "serial console of the installed system, or none",
        option="serial-console-device", aliases=("serial_console_device",), longest=16,
        pattern=r"none|tty[A-Za-z0-9]{1,13}", meaning="none, or a terminal such as ttyS1",
    ),
)  # fmt: skip

BMC: tuple[Setting, ...] = (
    flag("ipmi_use", False, "OCI controls the machine through its BMC", aliases=("use_ipmi",)),
    flag("ipmi_call_chassis_bootdev", False, "OCI sets the boot device through the BMC"),
    special(Kind.IP, "ipmi_addr", "", "address of the BMC"),
    whole("ipmi_port", 623, "port of the BMC", least=1, most=65535),
    string(
        "ipmi_vlan", "off", "VLAN of the BMC", pattern=r"off|[1-9][0-9]{0,3}",
        meaning="off, or a VLAN number",
    ),
    string("ipmi_username", "", "user of the BMC", longest=64),
    string("ipmi_password", "", "password of the BMC", longest=64, secret=True),
    special(Kind.IP, "ipmi_default_gw", "", "router of the BMC"),
    special(Kind.IP, "ipmi_netmask", "255.255.255.0", "netmask of the BMC"),
)  # fmt: skip

HYPERVISOR: tuple[Setting, ...] = (
    flag(
        "use_ceph_if_available", False, "ephemeral disks of virtual machines are in Ceph",
        "compute", option="use_ceph_if_available",
        aliases=("use_ceph", "ceph_use_if_available"),
    ),
    flag("use_gpu", False, "virtual machines can have the GPUs", "compute"),
    string("gpu_name", "c5p1000", "name of the GPU in flavours", "compute", longest=64),
    string("gpu_vendor_id", "10de", "PCI vendor of the GPU", "compute", **_HEXADECIMAL),
    string(
        "gpu_product_id", "1cb1", "PCI product of the GPU", "compute",
        aliases=("gpu_produc_id",), **_HEXADECIMAL,
    ),
    choice(
        "gpu_device_type", "type-PCI", "type-PCI type-PF type-VF",
        "how the GPU is handed through", "compute",
    ),
    string(
        "vfio_ids", "", "PCI devices for VFIO, separated by blanks", "compute", longest=64,
        pattern=r"[0-9a-fA-F:, ]*", meaning="VENDOR:PRODUCT pairs separated by blanks or commas",
    ),
    *(replace(setting, default=INHERIT, inherits=True) for setting in CLUSTER_CPU),
    flag("force_dhcp_agent", False, "the machine runs Neutron's DHCP agent", "compute"),
)  # fmt: skip

ROUTING: tuple[Setting, ...] = (
    flag("force_no_bgp2host", False, "bonds even when the cluster uses BGP"),
    flag("force_frr", False, "the machine announces its addresses with FRR"),
    string("force_frr_nic1", "ens4", "first interface of FRR", **_INTERFACE),
    string("force_frr_nic2", "ens5", "second interface of FRR", **_INTERFACE),
    whole("force_frr_vlan", 10, "VLAN of these interfaces", most=4094),
)  # fmt: skip

STORES: tuple[Setting, ...] = (
    flag("swift_store_account", True, "the machine's disks hold accounts", _SWIFT),
    flag("swift_store_container", True, "the machine's disks hold containers", _SWIFT),
    flag("swift_store_object", True, "the machine's disks hold objects", _SWIFT),
    flag("ceph_osd_initial_setup", True, "OSDs are still to be made", "cephosd compute"),
    whole("ceph_az", 1, "zone of the machine's Ceph", "cephmon cephosd compute", least=1, most=99),
    whole("servers_per_port", 1, "object servers for each disk", _SWIFT),
    whole("network_chunk_size", 65535, "Swift's network buffer", _SWIFT, unit="bytes", least=1),
    whole("disk_chunk_size", 524288, "Swift's disk buffer", _SWIFT, unit="bytes", least=1),
    flag("swift_rsync_io_limit_activate", False, "limit the disk load of rsync", _SWIFT),
    whole("swift_rsync_io_limit_megabytes", 80, "throughput of rsync", _SWIFT, unit="MB/s"),
    whole("swift_rsync_io_limit_iops", 100, "operations of rsync", _SWIFT, unit="1/s"),
    flag(
        "swift_override_cluster_reserved_space", False,
        "the machine keeps other space free than the cluster says", _SWIFT,
    ),
    whole("swift_storage_reserved_space", 500, "space that it keeps free", _SWIFT, unit="GB"),
    whole(
        "swift_storage_fallocate_reserved_space", 300, "space below which it refuses objects",
        _SWIFT, unit="GB",
    ),
)  # fmt: skip

VOLUMES: tuple[Setting, ...] = (
    string("lvm_backend_name", "LVM_1", "name of the machine's volume back end", "volume"),
    string("availability_zone", "nova", "zone of the machine's volumes", "volume compute"),
    whole(
        "volume_copy_bps_limit", 1073741824, "throughput of copying volumes", "volume",
        unit="bytes/s",
    ),
    whole(
        "cinder_reserved_percentage", 10, "space that is not given to volumes", "volume",
        unit="%", most=100,
    ),
    real(
        "cinder_max_over_subscription_ratio", 4.0, "promised volume space for each byte there is",
        "volume",
    ),
    string(
        "cinder_enabled_backends", "no-override",
        "back ends instead of those that OCI chooses, separated by commas", "volume",
    ),
    flag("cinder_separate_volume_groups", False, "a volume group for each disk", "volume"),
)  # fmt: skip

VARIABLES: tuple[Setting, ...] = (
    real("cpu_allocation_ratio", 2.0, "promised processors for each there is", "compute"),
    real("ram_allocation_ratio", 1.0, "promised memory for each byte there is", "compute"),
    real("disk_allocation_ratio", 1.0, "promised disk for each byte there is", "compute"),
    flag("compute_is_cephosd", False, "the compute machine's disks are OSDs too", "compute"),
    string(
        "neutron_external_network_name", "external", "name of the physical network outside",
        "compute network",
    ),
    flag("neutron_install_dragent", False, "the machine announces floating IPs", "compute network"),
    whole(
        "nova_reserved_host_memory_mb", 16384, "memory for the host itself", "compute", unit="MB"
    ),
    whole(
        "nova_reserved_host_disk_mb", 10240, "disk for the host itself", "compute", unit="MB"
    ),
    whole("nova_num_pcie_ports", 16, "PCIe slots of virtual machines", "compute", most=28),
    choice(
        "compute_driver", "libvirt", "libvirt qemu fake",
        "what runs virtual machines; in laboratories qemu emulates processors, fake only pretends",
        "compute",
    ),
    choice(
        "openvswitch_datapath", "system", "system netdev",
        "who switches packets: the kernel, or netdev where it has no openvswitch module",
        "controller compute network",
    ),
    flag("manila_share_install", False, "the machine runs share servers", "compute"),
    flag("kernel_from_backports", False, "Linux of Debian's backports", "all"),
    string(
        "brex_macaddr", "none", "hardware address of br-ex in a nested test cloud",
        "controller compute network", pattern=r"none|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}",
        meaning="none, or a hardware address",
    ),
    flag(
        "configure_dkms", False, "the machine can build kernel modules",
        "cephmon cephosd compute controller messaging network sql volume",
    ),
    string(
        "cinder_default_storage_availability_zone", "nova", "zone of volumes that name none",
        "controller",
    ),
    string("neutron_az_name", "az1", "zone of the machine's network agents", "controller network"),
    string(
        "nova_default_schedule_zone", "none", "zone of virtual machines that name none",
        "controller",
    ),
)  # fmt: skip
