"""The columns of the original's tables, in their order: a row's values come by position too."""

SWIFT_REGION = ("id", "name")
LOCATION = ("id", "name", "swiftregion")
ROLE = ("id", "name")
ROLE_COUNT = ("role", "count")
FILEBEAT_HOST = ("cluster_name", "hostname", "port")

BLOCK_DEVICE = ("id", "machine_id", "name", "realdev", "size_mb")
CONTROLLER = ("id", "machine_id", "hwid", "vendor", "product", "ctrl_type", "firmware_version")
DRIVE = (
    "id", "machine_id", "controller", "enclosure", "slot", "model", "serial", "size", "state",
)  # fmt: skip
INTERFACE = (
    "id", "machine_id", "name", "macaddr", "max_speed", "switchport_name", "switch_hostname",
    "firmware_version", "driver",
)  # fmt: skip

NETWORK = (
    "id", "name", "ip", "cidr", "first_ip", "last_ip", "is_public", "cluster", "role", "vip_usage",
    "iface1", "iface2", "lldp_match", "bridgename", "vlan", "mtu", "location_id", "ipmi_match_addr",
    "ipmi_match_cidr", "ipmi_mode",
)  # fmt: skip
NETWORK_LIST = (
    "id", "name", "ip", "cidr", "is_public", "cluster", "role", "iface1", "iface2", "bridgename",
    "vlan", "mtu", "location", "ipmi_match_addr", "ipmi_match_cidr", "first_ip", "last_ip",
    "cluster_name", "vip_usage", "lldp_match", "ipmi_mode",
)  # fmt: skip

CLUSTER = (
    "id", "name", "domain", "region_name", "initial_cluster_setup", "initial_mon_on_ctrl",
    "vip_hostname", "first_master_machine_id", "first_sql_machine_id", "first_sqlmsg_machine_id",
    "first_rabbit_machine_id", "swift_part_power", "swift_replicas", "swift_min_part_hours",
    "swift_proxy_hostname", "swift_encryption_key_id", "swift_disable_encryption",
    "swift_object_replicator_concurrency", "swift_rsync_connection_limit",
    "swift_public_cloud_middlewares", "extswift_use_external", "extswift_auth_url",
    "extswift_region", "extswift_proxy_url", "extswift_project_name",
    "extswift_project_domain_name", "extswift_user_name", "extswift_user_domain_name",
    "extswift_password", "haproxy_custom_url", "statsd_hostname", "time_server_host",
    "amp_secgroup_list", "amp_boot_network_list", "disable_notifications",
    "enable_monitoring_graphs", "monitoring_graphite_host", "monitoring_graphite_port",
    "self_signed_api_cert", "nested_virt", "use_ovs_ifaces", "cpu_mode", "cpu_model",
    "cpu_model_extra_flags", "hw_machine_type", "nova_skip_cpu_compare_on_dest",
    "nova_skip_cpu_compare_at_startup", "nova_skip_hypervisor_version_check_on_lm",
    "nameserver_v4_prim", "nameserver_v4_sec", "nameserver_v6_prim", "nameserver_v6_sec",
    "cephosd_automatic_provisionning", "neutron_dnsmasq_dns_servers",
)  # fmt: skip
"""Followed by the variables of clusters."""

MACHINE = (
    "id", "memory", "dhcp_ip", "ipaddr", "serial", "system_manufacturer", "product_name",
    "hostname", "installed", "puppet_status", "lastseen", "report_counter", "status", "role",
    "cluster", "ipmi_use", "ipmi_call_chassis_bootdev", "ipmi_addr", "ipmi_port", "ipmi_vlan",
    "ipmi_username", "ipmi_password", "ipmi_default_gw", "ipmi_netmask", "ipmi_set_in_progress",
    "location_id", "notes", "loc_dc", "loc_row", "loc_rack", "loc_u_start", "loc_u_end",
    "ladvd_report", "bios_version", "dell_lifecycle_version", "ipmi_firmware_version",
    "ipmi_detected_ip", "use_ceph_if_available", "dest_blk", "install_on_raid", "raid_type",
    "raid_dev0", "raid_dev1", "raid_dev2", "raid_dev3", "serial_console_dev", "use_gpu", "gpu_name",
    "gpu_vendor_id", "gpu_product_id", "gpu_device_type", "vfio_ids", "nested_virt", "cpu_mode",
    "cpu_model", "cpu_model_extra_flags", "hw_machine_type", "nova_skip_cpu_compare_on_dest",
    "nova_skip_cpu_compare_at_startup", "nova_skip_hypervisor_version_check_on_lm",
    "force_dhcp_agent", "swift_store_account", "swift_store_container", "swift_store_object",
    "ceph_osd_initial_setup", "force_no_bgp2host", "force_frr", "force_frr_nic1", "force_frr_nic2",
    "force_frr_vlan", "use_oci_sort_dev", "cpu_vendor", "cpu_model_name", "cpu_mhz", "cpu_threads",
    "cpu_core_per_socket", "cpu_sockets", "boot_uefi", "secure_boot", "ceph_az",
)  # fmt: skip
"""Followed by the variables of machines."""

MACHINE_LIST = (
    "location_name", "swiftregion_name", "cluster_name", "blockdevices", "nics", "links", "mgmt_ip",
)  # fmt: skip
"""What `machine_list` adds, by name only."""

ROLE_IDS = {
    "compute": 1, "controller": 2, "network": 3, "volume": 4, "sql": 5, "messaging": 6,
    "cephmon": 7, "cephosd": 8, "swiftproxy": 9, "swiftstore": 10, "custom": 11, "debmirror": 13,
    "tempest": 14, "billosd": 15, "billmon": 16, "dns": 17, "metal": 18, "radosgw": 19,
    "sqlmsg": 20, "elastic": 21,
}  # fmt: skip
"""The numbers that the original's data base starts with."""
FIRST_SITE_ROLE = 100
"""The numbers of the site's own roles begin after this one."""
