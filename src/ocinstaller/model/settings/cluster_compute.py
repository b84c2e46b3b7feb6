"""Settings of clusters: compute, network, load balancers, names."""

from ocinstaller.model.settings.schema import Kind, Setting, flag, special, string, whole
from ocinstaller.model.text import Text

_NETWORK = "compute controller network"

COMPUTE: tuple[Setting, ...] = (
    flag("nested_openstack", False, "this cluster is a test inside another cloud", "compute"),
    flag(
        "nova_limit_tenants_to_placement_aggregate", False,
        "projects get only the hosts of their aggregate", "controller",
    ),
    flag(
        "nova_scheduler_prefers_hosts_with_more_ram", True,
        "spread virtual machines instead of filling hosts", "controller",
    ),
    whole(
        "nova_host_subset_size", 3, "the scheduler takes one of this many best hosts", "controller",
        unit="hosts", least=1,
    ),
    whole(
        "nova_update_resources_interval", 300, "how often a host tells what it has free", "compute",
        unit="s",
    ),
    whole(
        "nova_max_instances_per_host", 50, "virtual machines that a host may have", "controller",
        unit="virtual machines",
    ),
    flag(
        "nova_use_qemu_backports", False, "QEMU of Debian's backports on compute machines",
        "compute",
    ),
    flag(
        "nova_use_libvirt_backports", False, "libvirt of Debian's backports on compute machines",
        "compute",
    ),
    flag("nova_swtpm_enabled", False, "virtual machines can have a virtual TPM", "compute"),
    whole(
        "nova_resize_confirm_window", 0, "a resize confirms itself after this time; 0: never",
        "compute", unit="s",
    ),
)  # fmt: skip

NETWORK: tuple[Setting, ...] = (
    special(Kind.FQDN, "dhcp_domain", "", "domain that DHCP gives virtual machines", _NETWORK),
    whole(
        "neutron_global_physnet_mtu", 8950, "MTU of the physical networks below Neutron", _NETWORK,
        unit="bytes", least=68, most=65535,
    ),
    whole(
        "neutron_path_mtu", 1550, "MTU of the tunnels between machines", _NETWORK,
        unit="bytes", least=68, most=65535,
    ),
    string(
        "neutron_dns_domain", "example.com.", "domain of ports' names; ends with a dot", _NETWORK
    ),
    flag("neutron_use_dvr", True, "compute machines route their own virtual machines", _NETWORK),
    whole(
        "neutron_vxlan_vni_min", 1000, "first VXLAN of tenants' networks", _NETWORK,
        least=1, most=2**24 - 1,
    ),
    whole(
        "neutron_vxlan_vni_max", 9999, "last VXLAN of tenants' networks", _NETWORK,
        least=1, most=2**24 - 1,
    ),
    whole(
        "neutron_agent_down_time", 150, "an agent that is silent for this long counts as down",
        "controller", unit="s",
    ),
    flag("neutron_use_az", False, "networks and routers are placed by zone", "controller network"),
    string(
        "neutron_az_list", "az1/az2/az3", "default zones of networks, separated by slashes",
        "controller", pattern=r"[A-Za-z0-9._/-]*",
        meaning=Text("names of zones separated by slashes"),
    ),
    special(
        Kind.IP_LIST, "neutron_dnsmasq_dns_servers", "",
        "name servers that Neutron's DHCP forwards to", _NETWORK,
    ),
    flag("use_ovs_ifaces", False, "bonds are made inside Open vSwitch", _NETWORK),
    special(
        Kind.UUID_LIST, "amp_secgroup_list", "", "security groups of Octavia's amphorae",
        "controller",
    ),
    special(
        Kind.UUID_LIST, "amp_boot_network_list", "", "networks of Octavia's amphorae", "controller"
    ),
    special(Kind.FQDN, "designate_ns1", "ns1.example.com", "first name server of the zones"),
    special(Kind.FQDN, "designate_ns2", "ns2.example.com", "second name server of the zones"),
    string(
        "designate_zone_admin_email", "hostmaster@example.com", "mail address in the zones",
        "controller network", longest=128,
    ),
    string(
        "designate_managed_resource_tenant_id", "123456",
        "project that owns the records that Designate makes itself", "controller", longest=32,
    ),
)  # fmt: skip
