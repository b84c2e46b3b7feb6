"""Settings of clusters: names, name servers, the API's front end, identity."""

from typing import Any

from ocinstaller.model.settings.schema import Kind, Setting, choice, flag, special, string, whole
from ocinstaller.model.text import Text

_HAPROXY = "controller radosgw swiftproxy messaging"
_DURATION: dict[str, Any] = {
    "pattern": r"[0-9]{1,9}(us|ms|s|m|h|d)?",
    "meaning": "a duration of haproxy such as 10s, 1m or 500ms",
}
_KEYSTONE = "controller compute messaging network radosgw swiftproxy tempest volume"
_SNI: dict[str, Any] = {
    "longest": 32,
    "pattern": r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?",
    "meaning": "one label of a DNS name, at most 32 characters",
}
_REGION: dict[str, Any] = {
    "longest": 32,
    "pattern": r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}",
    "meaning": "1 to 32 letters, digits, dots, underscores and dashes",
}

NAMES: tuple[Setting, ...] = (
    string("region_name", "RegionOne", "Keystone region", "all", **_REGION),
    special(
        Kind.FQDN, "vip_hostname", "", "name of the API; empty: CLUSTER-api.DOMAIN", "all"
    ),
    flag(
        "initial_cluster_setup", True,
        "the cluster is being founded: until all controllers' first successful Puppet run",
        "all", of_state=True,
    ),
    string(
        "first_master", "", "serial number or host name of the controller that founds the cluster",
        of_state=True, longest=253, pattern=r"[A-Za-z0-9][A-Za-z0-9._: -]*",
        meaning=Text("the serial number or host name of a controller of the cluster"),
    ),
    special(
        Kind.HOST_LIST, "time_server_host", "0.debian.pool.ntp.org",
        "time servers, separated by semicolons; empty: those of Debian's package", "all",
        optional=True,
    ),
    special(
        Kind.IP, "nameserver_v4_prim", "9.9.9.9", "first name server", "all",
        option="nameserver-v4-primary", aliases=("nameserver_v4_primary",),
    ),
    special(
        Kind.IP, "nameserver_v4_sec", "8.8.8.8", "second name server", "all",
        option="nameserver-v4-secondary", optional=True, aliases=("nameserver_v4_secondary",),
    ),
    special(
        Kind.IP, "nameserver_v6_prim", "2620:fe::fe:9", "first name server over IPv6", "all",
        option="nameserver-v6-primary", optional=True, aliases=("nameserver_v6_primary",),
    ),
    special(
        Kind.IP, "nameserver_v6_sec", "2001:4860:4860::8888", "second name server over IPv6",
        "all", option="nameserver-v6-secondary", optional=True,
        aliases=("nameserver_v6_secondary",),
    ),
    string(
        "admin_email_address", "admin@example.com", "where machines send mail for root",
        "controller network",
    ),
    string("mail_relay_host", "mail.example.com", "host that takes the machines' mail"),
    flag("self_signed_api_cert", True, "the API's certificate is signed by OCI's CA", "all"),
    flag("generate_root_ssh_keys", False, "give root an SSH key on every machine"),
    flag(
        "bgp_to_the_host", False, "machines announce their addresses by BGP instead of bonding",
        "compute controller network",
    ),
    whole("asn", 0, "autonomous system number of the machines", most=2**32 - 1),
)  # fmt: skip

FRONT_END: tuple[Setting, ...] = (
    flag("api_disable_rate_limit", False, "no rate limits before the API", "controller"),
    whole(
        "api_iptables_rate_limit", 100, "connections to the API by address in the firewall",
        "controller", unit="1/s",
    ),
    whole(
        "api_haproxy_rate_limit", 80, "requests to the API by address in haproxy",
        "controller", unit="1/s",
    ),
    string(
        "api_rate_limit_whitelist", "10.4.38.0/24", "networks that no rate limit applies to",
        "controller", pattern=r"[0-9a-fA-F.:/;, ]*",
        meaning=Text("networks such as 10.4.38.0/24, separated by semicolons, commas or blanks"),
    ),
    flag("api_haproxy_redirect_port_80", False, "redirect HTTP to HTTPS", "controller"),
    flag(
        "api_maint_activate", False, "the API is closed for maintenance but to the white list",
        "controller",
    ),
    special(
        Kind.IP_LIST, "api_maint_whitelist", "10.1.2.3;10.4.5.6",
        "addresses that reach the API during maintenance", "controller",
    ),
    flag("api_use_ipv6", False, "the API has an IPv6 address too", "controller"),
    special(Kind.IP, "vip6_ipaddr", "::1", "IPv6 address of the API", "controller"),
    whole(
        "vip6_netmask", 128, "prefix length of the API's IPv6 address", "controller",
        unit="bits", least=1, most=128,
    ),
    string(
        "haproxy_custom_url", "", "where haproxy redirects what no service answers", "controller"
    ),
    string(
        "haproxy_timeout_http_request", "10s", "longest time for a whole HTTP request",
        _HAPROXY, **_DURATION,
    ),
    string(
        "haproxy_timeout_queue", "1m", "longest time in the queue for a server",
        _HAPROXY, **_DURATION,
    ),
    string(
        "haproxy_timeout_connect", "10s", "longest time to connect to a server",
        _HAPROXY, **_DURATION,
    ),
    string(
        "haproxy_timeout_client", "1m", "longest silence of a client", _HAPROXY, **_DURATION
    ),
    string(
        "haproxy_timeout_server", "10m", "longest silence of a server", _HAPROXY, **_DURATION
    ),
    string(
        "haproxy_timeout_check", "10s", "longest time for a health check", _HAPROXY, **_DURATION
    ),
    flag(
        "haproxy_admin_external_access", False,
        "Keystone's administration is reachable from outside", "controller",
    ),
    flag(
        "haproxy_use_sni", False, "one host name for each service instead of one path",
        "controller compute network radosgw swiftproxy",
    ),
    string("glance_sni_name", "image", "host name of Glance", "controller compute volume", **_SNI),
    string("heat_sni_name", "orchestration-api", "host name of Heat", "controller", **_SNI),
    string(
        "heat_cfn_sni_name", "orchestration-cfn", "host name of Heat's CloudFormation API",
        "controller", **_SNI,
    ),
    string(
        "barbican_sni_name", "keymanager", "host name of Barbican",
        "controller compute swiftproxy", **_SNI,
    ),
    string("placement_sni_name", "placement", "host name of Placement", "controller", **_SNI),
    string("nova_sni_name", "compute", "host name of Nova", "controller", **_SNI),
    string("neutron_sni_name", "network", "host name of Neutron", "controller compute", **_SNI),
    string("ironic_sni_name", "baremetal", "host name of Ironic", "controller", **_SNI),
    string(
        "inspector_sni_name", "inspector", "host name of Ironic Inspector", "controller", **_SNI
    ),
    string("octavia_sni_name", "loadbalancer", "host name of Octavia", "controller", **_SNI),
    string("designate_sni_name", "dns", "host name of Designate", "controller network", **_SNI),
    string("cinder_sni_name", "volume", "host name of Cinder", "controller", **_SNI),
    string("gnocchi_sni_name", "metric", "host name of Gnocchi", "controller", **_SNI),
    string("panko_sni_name", "event", "host name of Panko", "controller", **_SNI),
    string("cloudkitty_sni_name", "rating", "host name of CloudKitty", "controller", **_SNI),
    string("aodh_sni_name", "alarm", "host name of Aodh", "controller", **_SNI),
    string("magnum_sni_name", "containers", "host name of Magnum", "controller", **_SNI),
    string("manila_sni_name", "share", "host name of Manila", "controller", **_SNI),
    string(
        "keystone_sni_name", "identity", "host name of Keystone",
        "controller compute network radosgw swiftproxy volume messaging", **_SNI,
    ),
)  # fmt: skip

IDENTITY: tuple[Setting, ...] = (
    flag(
        "external_keystone_activate", False, "use the Keystone of another cluster", _KEYSTONE
    ),
    special(
        Kind.URL, "external_keystone_url", "https://api.example.com/identity",
        "URL of the other cluster's Keystone", _KEYSTONE, longest=253,
    ),
    string(
        "external_keystone_admin_password", "changeme",
        "password of the other Keystone's administrator", _KEYSTONE, longest=64, secret=True,
    ),
    flag(
        "external_keystone_region_prefixed_users", True,
        "service users carry the region's name before theirs", _KEYSTONE,
    ),
    flag("keystone_totp", True, "Keystone accepts one-time passwords", "controller"),
    string(
        "horizon_themes",
        "default@Default@themes/default:material@Material@themes/material",
        "themes of Horizon: NAME@LABEL@PATH, separated by colons", "controller",
    ),
    flag(
        "horizon_set_region_cookie_activate", False, "Horizon sets a cookie with the region",
        "controller",
    ),
    string(
        "horizon_region_cookie_name", "RegionOne", "region in Horizon's cookie", "controller",
        longest=32,
    ),
    flag(
        "horizon_redirect_to_external_activate", False,
        "haproxy sends browsers to another Horizon", "controller",
    ),
    special(
        Kind.URL, "horizon_redirect_to_external_url", "https://www.example.com/horizon/",
        "URL of the other Horizon", "controller",
    ),
)  # fmt: skip

CPU: tuple[Setting, ...] = (
    flag("nested_virt", False, "virtual machines can run virtual machines", "compute"),
    choice(
        "cpu_mode", "host-passthrough", "host-model host-passthrough custom",
        "processor that virtual machines see", "compute",
    ),
    string("cpu_model", "", "processor model for cpu_mode=custom", "compute", longest=128),
    string(
        "cpu_model_extra_flags", "", "processor features to add to the model", "compute",
        longest=128,
    ),
    string("hw_machine_type", "q35", "machine type of virtual machines", "compute", longest=128),
    flag(
        "nova_skip_cpu_compare_on_dest", False,
        "live migration does not compare processors on the destination", "compute",
    ),
    flag(
        "nova_skip_cpu_compare_at_startup", False,
        "nova-compute does not compare processors when it starts", "compute",
    ),
    flag(
        "nova_skip_hypervisor_version_check_on_lm", False,
        "live migration to an older hypervisor is allowed", "compute",
    ),
)  # fmt: skip
"""Settings that machines can have of their own; theirs default to the cluster's."""
