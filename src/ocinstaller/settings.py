"""The configuration file: its sections, options, defaults and meanings.

The sections and names are those that operators of the original OCI have in
`/etc/openstack-cluster-installer/openstack-cluster-installer.conf`; sections it did not have are
ours. Options of later capabilities are added together with the code that reads them, so that no
option is without effect.
"""

from ipaddress import ip_network
from pathlib import Path

from oslo_config import cfg

from ocinstaller.boot import DEFAULT_EXTRA

DEFAULT_CONFIG = Path("/etc/openstack-cluster-installer/openstack-cluster-installer.conf")

_NETWORK = (
    cfg.HostAddressOpt(
        "OCI_IP", default="192.168.100.2", help="Address of this server as the machines see it."
    ),
    cfg.ListOpt(
        "TRUSTED_NETWORKS",
        default=["192.168.100.0/24"],
        help="Networks from which an unknown machine may introduce itself; operators log in "
        "from anywhere, or from OPERATOR_NETWORKS.",
    ),
    cfg.ListOpt(
        "OPERATOR_NETWORKS",
        default=[],
        item_type=ip_network,
        help="White list for API, ocicli and web pages: networks from which operators may log in. "
        "Empty allows every address; this server itself is always allowed.",
    ),
    cfg.StrOpt(
        "debian_mirror",
        default="",
        help="Debian mirror of the installed systems; empty takes the one of this host's apt.",
    ),
    cfg.StrOpt(
        "debian_security_mirror",
        default="",
        help="Mirror of Debian's security updates; empty takes the one of this host's apt.",
    ),
    cfg.BoolOpt(
        "USE_HTTP_PROXY",
        default=False,
        help="Whether the installed systems fetch packages through HTTP_PROXY_ADDR.",
    ),
    cfg.StrOpt("HTTP_PROXY_ADDR", default="", help="Proxy for packages, as host:port."),
    cfg.ListOpt(
        "nameservers", default=[], help="DNS resolvers of the installed systems; may be empty."
    ),
)

_SERVER = (
    cfg.IPOpt("listen_address", default="::", help="Address that the server listens on."),
    cfg.PortOpt("https_port", default=443, help="Port of the API, the web pages and the agents."),
    cfg.PortOpt("http_port", default=80, help="Port of the boot files."),
    cfg.StrOpt("state_dir", default="/var/lib/oci", help="Data base, certificates and keys."),
    cfg.IntOpt(
        "report_interval", default=30, min=1, help="Seconds between the reports of a machine."
    ),
    cfg.IntOpt(
        "ready_interval",
        default=5,
        min=1,
        help="The same for a machine that is enrolled and waits for its installation.",
    ),
    cfg.StrOpt(
        "authorized_keys",
        default="/etc/openstack-cluster-installer/authorized_keys",
        help="Public SSH keys of root on every machine; oci-ssh-keys makes the list.",
    ),
    cfg.StrOpt(
        "ssh_key",
        default=f"{DEFAULT_CONFIG.parent}/id_ed25519",
        help="Private SSH key of this server, which oci-ssh-keys makes.",
    ),
    cfg.StrOpt(
        "hosts_append",
        default=f"{DEFAULT_CONFIG.parent}/hosts_append",
        help="Lines for /etc/hosts of the installed systems, after OCI's: see customisation.md.",
    ),
    cfg.StrOpt(
        "log_format", default="text", choices=["text", "json"], help="Form of the log lines."
    ),
)

_DATABASE = (
    cfg.StrOpt(
        "connection",
        default="",
        secret=True,
        help="SQLAlchemy URL; empty uses SQLite in state_dir.",
    ),
)

_PKI = (
    cfg.StrOpt(
        "key_type",
        default="ecdsa",
        choices=["ecdsa", "rsa", "ec-p256", "ec-p384", "rsa-2048", "rsa-3072", "rsa-4096"],
        help="Algorithm of new keys; ecdsa stands for ec-p256, rsa for rsa-3072.",
    ),
    cfg.IntOpt("leaf_days", default=825, min=1, help="Lifetime of certificates in days."),
)

_IMAGES = (
    cfg.StrOpt(
        "directory",
        default="/var/lib/openstack-cluster-installer/images",
        help="Where the built live and target images are.",
    ),
    cfg.StrOpt(
        "live_cmdline",
        default=f"{DEFAULT_EXTRA} console=tty0 console=ttyS0,115200",
        help="Further kernel arguments of the live system.",
    ),
    cfg.StrOpt(
        "target_cmdline",
        default="console=tty0 console=ttyS0,115200",
        help="Further kernel arguments of the installed system.",
    ),
)

_DHCP = (
    cfg.BoolOpt("enabled", default=False, help="Run dnsmasq for DHCP and TFTP."),
    cfg.StrOpt("interface", default="", help="Interface that dnsmasq serves."),
    cfg.IntOpt(
        "prefix_length",
        default=24,
        min=1,
        max=30,
        help="Prefix length of the interface's network, which contains OCI_IP.",
    ),
    cfg.IPOpt("range_first", default="192.168.100.200", help="First address of live systems."),
    cfg.IPOpt("range_last", default="192.168.100.250", help="Last address of live systems."),
    cfg.StrOpt(
        "network_namespace", default="", help="Network namespace of the interface; may be empty."
    ),
    cfg.StrOpt(
        "uefi_loader",
        default="ipxe",
        choices=["ipxe", "shim"],
        help="What UEFI machines start from the network: iPXE, or for Secure Boot Debian's signed "
        "shim and GRUB. oci-server itself answers by TFTP (UDP port 69 of OCI_IP) then.",
    ),
    cfg.BoolOpt(
        "proxy",
        default=False,
        help="Another DHCP server of the site gives the addresses; dnsmasq only tells starting "
        "machines what to start (proxy DHCP). The range means nothing then.",
    ),
    cfg.DictOpt(
        "kea_pair",
        default={},
        help="For oci-dhcp-config --backend kea: two servers, as NAME:ADDRESS,NAME:ADDRESS; the "
        "first one answers, the second one when the first is gone.",
    ),
    cfg.PortOpt("kea_pair_port", default=8001, help="TCP port on which the two talk."),
    cfg.StrOpt(
        "kea_hooks",
        default="/usr/lib/x86_64-linux-gnu/kea/hooks",
        help="Directory of Kea's hook libraries on the two.",
    ),
    cfg.BoolOpt(
        "router_advertisements",
        default=False,
        help="Announce an IPv6 prefix, which shortens the waiting of iPXE.",
    ),
)

_PUPPET = (
    cfg.StrOpt("server", default="puppet", help="Name of the puppetserver."),
    cfg.IPOpt("server_address", help="Its address, for the hosts file; may be absent."),
    cfg.StrOpt(
        "ca_file",
        default="/var/lib/puppetserver/ca/ca_crt.pem",
        help="Certificate of the puppetserver's CA.",
    ),
    cfg.StrOpt("environment", default="production", help="Puppet environment of the machines."),
    cfg.StrOpt(
        "hiera_directory",
        default=f"{DEFAULT_CONFIG.parent}/hiera",
        help="The site's own Puppet classes: see hiera.md.",
    ),
)

_RADIUS = (
    cfg.BoolOpt("use_radius", default=False, help="Ask a RADIUS server about RADIUS users."),
    cfg.HostAddressOpt("server_hostname", default="localhost", help="The RADIUS server."),
    cfg.PortOpt("port", default=1812, help="Its UDP port (RFC 2865, section 3)."),
    cfg.StrOpt(
        "shared_secret",
        default="changeme",
        secret=True,
        help="Secret that is shared with it; with use_radius anything but the default.",
    ),
    cfg.BoolOpt(
        "require_message_authenticator",
        default=True,
        help="Refuse answers without Message-Authenticator, which can be forged (CVE-2024-3596); "
        "FreeRADIUS sends it by itself since 3.2.5.",
    ),
)

_COMPAT = (
    cfg.BoolOpt(
        "enabled",
        default=True,
        help="Answer the clients, agents and starting machines of the original OCI, as compat.md "
        "says. Its agents have no key: any of TRUSTED_NETWORKS can report machines that have none.",
    ),
)

_RELEASES = (
    cfg.StrOpt("debian_release", default="trixie", help="Debian release of installed systems."),
    cfg.StrOpt("openstack_release", default="epoxy", help="OpenStack release to deploy."),
)

_WEB = (
    cfg.StrOpt(
        "javascript_directory",
        default="/usr/share/javascript",
        help="Where Debian's libjs packages are; the web pages take htmx/htmx.min.js from there.",
    ),
)

_RACKING = (
    cfg.StrOpt(
        "map_file",
        default=f"{DEFAULT_CONFIG.parent}/auto-racking.json",
        help="Which switch is in which rack, which port belongs to which unit, and how many units "
        "a product takes: see hardware-profiles.md.",
    ),
)

_PROVISION = (
    cfg.StrOpt(
        "profiles_file",
        default=f"{DEFAULT_CONFIG.parent}/hardware-profiles.json",
        help="Hardware profiles: see hardware-profiles.md.",
    ),
    cfg.StrOpt(
        "auto_add_machines_cluster_name",
        default="",
        help="Cluster that machine-auto-add enrols machines in.",
    ),
)

_DNS_PLUGIN = (
    cfg.BoolOpt("call_dns_shell_script", default=False, help="Call it: see plugins.md."),
    cfg.StrOpt(
        "dns_create_script_path",
        default="/usr/local/bin/oci-dns-create-host",
        help="Program for a machine that was enrolled.",
    ),
    cfg.StrOpt(
        "dns_delete_script_path",
        default="/usr/local/bin/oci-dns-delete-host",
        help="Program for a machine that leaves its cluster.",
    ),
)

_MONITORING_PLUGIN = (
    cfg.BoolOpt("call_monitoring_plugin", default=False, help="Call it: see plugins.md."),
    cfg.StrOpt(
        "monitoring_create_script_path",
        default="/usr/local/bin/oci-monitoring-create-host",
        help="Program for a machine after its first successful Puppet run.",
    ),
    cfg.StrOpt(
        "monitoring_delete_script_path",
        default="/usr/local/bin/oci-monitoring-delete-host",
        help="Program for a machine that leaves its cluster.",
    ),
)

_ROOT_PASS_PLUGIN = (
    cfg.BoolOpt(
        "call_root_password_change",
        default=False,
        help="Give installed machines a password of root, and call it: see plugins.md.",
    ),
    cfg.StrOpt(
        "root_password_create_script_path",
        default="/usr/local/bin/oci-root-password-create-host",
        help="Program that gets a machine's new password on its standard input.",
    ),
    cfg.StrOpt(
        "root_password_delete_script_path",
        default="/usr/local/bin/oci-root-password-delete-host",
        help="Program for a machine that leaves its cluster.",
    ),
)

_IPMI = (
    cfg.BoolOpt(
        "automatic_ipmi_numbering",
        default=False,
        help="Give the BMC of each machine that reports an address of the network of BMCs that "
        "matches, and have the machine program it, as ipmi-assign-check does when asked.",
    ),
    cfg.StrOpt(
        "automatic_ipmi_username",
        default="oci",
        regex=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,15}$",
        help="User that BMCs get when OCI gives them an address and they have none.",
    ),
)
_PLUGINS = (
    cfg.IntOpt(
        "timeout_s", default=60, min=1, max=3600, help="Seconds after which a plug-in is ended."
    ),
    cfg.IntOpt(
        "retry_first_s",
        default=30,
        min=1,
        help="Seconds until a call that failed is repeated; twice as many after each failure.",
    ),
    cfg.IntOpt("retry_most_s", default=3600, min=1, help="Seconds between two tries, at most."),
)

OPTIONS: dict[str, tuple[cfg.Opt, ...]] = {
    "network": _NETWORK,
    "server": _SERVER,
    "database": _DATABASE,
    "pki": _PKI,
    "images": _IMAGES,
    "dhcp": _DHCP,
    "puppet": _PUPPET,
    "radius": _RADIUS,
    "releasenames": _RELEASES,
    "web": _WEB,
    "compat": _COMPAT,
    "auto_racking": _RACKING,
    "auto_provision": _PROVISION,
    "dns_plugin": _DNS_PLUGIN,
    "monitoring_plugin": _MONITORING_PLUGIN,
    "root_pass_plugin": _ROOT_PASS_PLUGIN,
    "ipmi": _IPMI,
    "plugins": _PLUGINS,
}


def load(config_file: Path = DEFAULT_CONFIG) -> cfg.ConfigOpts:
    """Read the configuration file; a missing default file means the defaults.

    :raises cfg.ConfigFilesNotFoundError: when another file than the default is missing
    :raises cfg.Error: when a value is malformed; the message names option and value
    """
    conf = cfg.ConfigOpts()
    for section, options in OPTIONS.items():
        conf.register_opts(options, group=section)
    present = config_file.exists() or config_file != DEFAULT_CONFIG
    conf(args=[], default_config_files=[str(config_file)] if present else [])
    _check_values(conf)
    return conf


def _check_values(conf: cfg.ConfigOpts) -> None:
    """Read every option once: oslo.config validates at access, operators want it at start."""
    for section, options in OPTIONS.items():
        for option in options:
            getattr(conf[section], option.dest)
    if conf.radius.use_radius and conf.radius.shared_secret in ("", "changeme"):
        raise cfg.ConfigFileValueError("radius.shared_secret: set it, as use_radius is on")


def database_url(conf: cfg.ConfigOpts) -> str:
    """Return the SQLAlchemy URL of the data base."""
    return conf.database.connection or f"sqlite:///{conf.server.state_dir}/oci.sqlite"
