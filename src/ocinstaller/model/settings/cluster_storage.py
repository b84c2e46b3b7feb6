"""Settings of clusters: images, volumes, shares, Ceph, Swift."""

from ocinstaller.model.settings.schema import Kind, Setting, flag, special, string, whole
from ocinstaller.model.text import Text

_RINGS = "swiftproxy swiftstore"

VOLUMES: tuple[Setting, ...] = (
    string(
        "cinder_default_storage_availability_zone", "nova",
        "zone of volumes that name none; newer: the machine setting of this name", "controller",
    ),
    string("cinder_default_volume_type", "LVM_1", "type of volumes that name none", "controller"),
    flag(
        "cinder_backup_use_external_swift", True, "volume backups go to the external Swift",
        "controller compute",
    ),
    flag("cinder_backup_prefer_swift", True, "volume backups go to Swift rather than to Ceph"),
    flag(
        "glance_prefer_ceph_over_swift", True, "images are in Ceph when there is one", "controller"
    ),
    flag("glance_metadef_admin_only", True, "only administrators define metadata", "controller"),
    flag("glance_api_use_proxy", False, "Glance fetches images through a proxy", "controller"),
    special(
        Kind.URL, "glance_api_proxy_url", "http://myproxy.example.com:3128/",
        "the proxy that Glance uses", "controller",
    ),
    string(
        "manila_network_cidr", "10.240.0.0/12", "network of the share servers",
        "controller compute", pattern=r"[0-9a-fA-F.:]+/[0-9]{1,3}",
        meaning=Text("a network such as 10.240.0.0/12"),
    ),
    string(
        "manila_network_division_mask", "27", "prefix length of each share network",
        "controller compute", pattern=r"[0-9]{1,3}", meaning=Text("a prefix length such as 27"),
    ),
)  # fmt: skip

CEPH: tuple[Setting, ...] = (
    flag("initial_mon_on_ctrl", True, "Ceph's first monitors are on the controllers"),
    flag(
        "cephosd_automatic_provisionning", True, "the first start makes all free disks OSDs",
        "cephosd compute",
    ),
    flag(
        "ceph_multiple_cluster_az", False, "one Ceph cluster for each zone",
        "controller cephmon cephosd compute",
    ),
    flag(
        "ceph_use_cephadm_to_deploy", False, "Ceph is deployed by cephadm",
        "controller cephmon cephosd billosd billmon messaging",
    ),
    flag(
        "ceph_configure_osbpo", False, "Ceph of Debian's OpenStack backports",
        "cephmon cephosd billosd billmon messaging compute",
    ),
)  # fmt: skip

SWIFT: tuple[Setting, ...] = (
    whole(
        "swift_part_power", 19, "partitions of the rings, as a power of two", unit="bits",
        least=1, most=32,
    ),
    whole("swift_replicas", 3, "replicas of each object", least=1, most=16),
    whole(
        "swift_min_part_hours", 1, "time before a partition may move again", unit="hours"
    ),
    special(
        Kind.FQDN, "swift_proxy_hostname", "", "own host name of Swift; empty: below the API's",
        "controller swiftproxy swiftstore",
    ),
    special(
        Kind.UUID, "swift_encryption_key_id", "", "Barbican's secret that encrypts objects",
        "swiftproxy",
    ),
    flag("swift_disable_encryption", True, "objects are stored without encryption", "swiftproxy"),
    whole(
        "swift_object_replicator_concurrency", 5, "parallel work of the object replicator",
        "swiftstore", least=1,
    ),
    whole(
        "swift_rsync_connection_limit", 16, "parallel rsync connections to a store", _RINGS, least=1
    ),
    flag(
        "swift_public_cloud_middlewares", False, "the proxies' filters for public clouds",
        "swiftproxy",
    ),
    flag(
        "swift_proxy_disable_rate_limit", False, "no rate limits before Swift", "swiftproxy radosgw"
    ),
    whole(
        "swift_proxy_iptables_rate_limit", 100, "connections to Swift by address in the firewall",
        "swiftproxy", unit="1/s",
    ),
    whole(
        "swift_proxy_haproxy_rate_limit", 80, "requests to Swift by address in haproxy",
        "swiftproxy radosgw", unit="1/s",
    ),
    whole(
        "swift_proxy_haproxy_custom_delay_trigger", 100, "requests by address that get delayed",
        "swiftproxy", unit="1/s",
    ),
    whole(
        "swift_proxy_haproxy_custom_delay_ms", 50, "how long they are delayed", "swiftproxy",
        unit="ms",
    ),
    flag(
        "swift_proxy_use_ceilometer_middleware", False, "the proxies meter for Ceilometer",
        "swiftproxy",
    ),
    flag("swift_ec_enable", False, "a policy with erasure coding", _RINGS),
    whole("swift_ec_policy_index", 1, "number of that policy", _RINGS, least=1),
    string("swift_ec_policy_name", "pyeclib-12-4", "name of that policy", _RINGS),
    string("swift_ec_type", "liberasurecode_rs_vand", "erasure code", _RINGS),
    whole("swift_ec_num_data_fragments", 12, "data fragments of an object", _RINGS, least=1),
    whole("swift_ec_num_parity_fragments", 4, "parity fragments of an object", _RINGS, least=1),
    whole(
        "swift_ec_object_segment_size", 1048576, "part of an object that is coded at a time",
        _RINGS, unit="bytes", least=1,
    ),
    whole(
        "swiftstore_reserved_space", 300, "space that stores keep free", "swiftstore", unit="GB"
    ),
    whole(
        "swiftstore_fallocate_reserved_space", 200, "space below which stores refuse objects",
        "swiftstore", unit="GB",
    ),
    whole(
        "swiftproxy_reserved_space", 600, "space that proxies with disks keep free", "swiftproxy",
        unit="GB",
    ),
    whole(
        "swiftproxy_fallocate_reserved_space", 300,
        "space below which proxies with disks refuse objects", "swiftproxy", unit="GB",
    ),
    flag("swift_auto_mount_block_devices", True, "Swift's disks are mounted at start", _RINGS),
    flag(
        "swift_container_replicator_per_region_scheduling", False,
        "container replicators take turns by region", _RINGS,
    ),
    flag("extswift_use_external", False, "use the Swift of another cluster", "controller compute"),
    special(
        Kind.URL, "extswift_auth_url", "https://api.example.com/identity",
        "Keystone of the external Swift", "controller compute",
    ),
    string(
        "extswift_region", "RegionOne", "region of the external Swift", "controller compute"
    ),
    special(
        Kind.URL, "extswift_proxy_url", "https://prx.example.com/object/v1/AUTH_",
        "URL of the external Swift", "controller compute",
    ),
    string("extswift_project_name", "", "project in the external Swift", "controller compute"),
    string(
        "extswift_project_domain_name", "default", "domain of that project", "controller compute"
    ),
    string("extswift_user_name", "", "user of the external Swift", "controller compute"),
    string("extswift_user_domain_name", "default", "domain of that user", "controller compute"),
    string(
        "extswift_password", "", "password of that user", "controller compute", longest=128,
        secret=True,
    ),
)  # fmt: skip
