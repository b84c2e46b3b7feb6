"""Settings of clusters: which services there are, messaging, telemetry, logs."""

from ocinstaller.model.settings.schema import Kind, Setting, flag, special, string, whole

_QUEUES = "controller compute network messaging volume"
_RATING = "controller messaging"

SERVICES: tuple[Setting, ...] = (
    flag("install_designate", False, "install Designate", "compute controller network"),
    flag("install_panko", False, "install Panko", "controller"),
    flag("install_magnum", False, "install Magnum", "controller"),
    flag("install_manila", False, "install Manila", "controller compute"),
    flag("install_octavia", True, "install Octavia", "controller"),
    flag(
        "install_telemetry", True, "install the telemetry services", "controller compute swiftproxy"
    ),
    flag("install_cloudkitty_dashboard", True, "Horizon shows ratings", "controller"),
    flag("install_ironic", False, "install Ironic", "controller"),
    flag("install_heat", True, "install Heat", "controller"),
    flag("install_barbican", True, "install Barbican", "controller"),
    flag("install_rabbit", True, "install RabbitMQ on the controllers", "controller"),
)  # fmt: skip

MESSAGING: tuple[Setting, ...] = (
    flag("disable_notifications", False, "services send no notifications", "all"),
    flag("rabbitmq_enable_quorum_queues", False, "quorum queues instead of mirrored ones", _QUEUES),
    whole("rabbitmq_message_timeout", 120, "longest wait for an answer", _QUEUES, unit="s"),
    whole(
        "messaging_node_memcache_memory_limit", 20, "memory of memcached on messaging machines",
        "messaging", unit="% of the machine's", least=1, most=100,
    ),
    whole(
        "messaging_node_memcache_max_connections", 65536,
        "connections of memcached on messaging machines", "messaging", least=1,
    ),
    whole(
        "controller_node_memcache_max_connections", 32768,
        "connections of memcached on controllers", "controller", least=1,
    ),
)  # fmt: skip

TELEMETRY: tuple[Setting, ...] = (
    flag("enable_monitoring_graphs", False, "machines send figures to Graphite", "all"),
    special(Kind.HOST_LIST, "monitoring_graphite_host", "", "host of Graphite", "all"),
    whole(
        "monitoring_graphite_port", 2003, "port of Graphite", "all", least=1, most=65535
    ),
    special(Kind.HOST_LIST, "statsd_hostname", "", "host of statsd", "all"),
    flag("aodh_notifier_use_proxy", False, "Aodh notifies through a proxy", "controller"),
    special(
        Kind.URL, "aodh_notifier_proxy_url", "http://myproxy.example.com:3128/",
        "the proxy that Aodh uses", "controller",
    ),
    whole(
        "cloudkitty_http_pool_maxsize", 10, "CloudKitty's connections to Gnocchi", "messaging",
        least=1,
    ),
    flag("cloudkitty_use_storage_v2", False, "CloudKitty uses its second storage", _RATING),
    string(
        "cloudkitty_storage_v2_backend", "elasticsearch", "back end of that storage", _RATING,
        longest=32,
    ),
    special(
        Kind.URL, "cloudkitty_storage_v2_host", "https://USER:PASSWORD@elastic.example.com",
        "URL of that storage with user and password", _RATING, secret=True,
    ),
    string(
        "cloudkitty_storage_v2_index_name", "cloudkitty", "index in that storage", _RATING,
        longest=32,
    ),
    whole("cloudkitty_processor_workers", 12, "CloudKitty's processors", _RATING, least=1),
    flag(
        "gnocchi_incoming_sacks_use_redis", False, "measures wait in Redis instead of Ceph",
        "messaging",
    ),
    whole(
        "gnocchi_metricd_workers", 0, "Gnocchi's processors; 0: as many as the machine has",
        "messaging",
    ),
    whole(
        "gnocchi_metricd_processing_delay", 1, "time between two looks for measures", "messaging",
        unit="s",
    ),
    whole(
        "gnocchi_metricd_reporting_delay", 60, "time between two reports of what waits",
        "messaging", unit="s",
    ),
    whole(
        "gnocchi_metricd_cleanup_delay", 1, "time between two removals of deleted metrics",
        "messaging", unit="s",
    ),
    flag("gnocchi_metricd_greedy", False, "process measures as soon as they come", "messaging"),
    whole("gnocchi_api_workers", 24, "processes of Gnocchi's API", _RATING, least=1),
)  # fmt: skip

LOGS: tuple[Setting, ...] = (
    flag("filebeat_enabled", False, "machines send their logs with Filebeat"),
    flag("filebeat_fields_under_root", True, "Filebeat's own fields stand beside the others"),
    string("filebeat_logging_level", "info", "level of Filebeat's own log"),
    flag("filebeat_logging_syslog", False, "Filebeat logs to syslog"),
    flag("filebeat_logging_files", True, "Filebeat logs to files"),
    string("filebeat_logging_files_path", "/var/log/filebeat", "directory of these files"),
    string("filebeat_logging_files_name", "filebeat", "name of these files"),
    flag(
        "use_json_log", False, "services log in JSON", "controller messaging network compute volume"
    ),
    flag("glance_debug_log", True, "Glance logs details", "controller"),
    flag("heat_debug_log", True, "Heat logs details", "controller"),
    flag("barbican_debug_log", True, "Barbican logs details", "controller"),
    flag("placement_debug_log", True, "Placement logs details", "controller"),
    flag("nova_debug_log", True, "Nova logs details", "controller compute"),
    flag("ironic_debug_log", False, "Ironic logs details", "controller"),
    flag("neutron_debug_log", True, "Neutron logs details", "controller compute network"),
    flag("cinder_debug_log", True, "Cinder logs details", "controller compute volume"),
    flag("gnocchi_debug_log", True, "Gnocchi logs details", _RATING),
    flag("ceilometer_debug_log", True, "Ceilometer logs details", "controller compute"),
    flag("cloudkitty_debug_log", True, "CloudKitty logs details", _RATING),
    flag("aodh_debug_log", False, "Aodh logs details", "controller"),
    flag("designate_debug_log", True, "Designate logs details", "controller"),
    flag("manila_debug_log", False, "Manila logs details", "controller"),
    flag("keystone_debug_log", True, "Keystone logs details", "controller"),
)  # fmt: skip
