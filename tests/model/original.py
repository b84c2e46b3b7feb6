"""What operators of the original OCI can set, by the names that they use there."""

CLUSTER_COLUMNS = """
    region_name initial_cluster_setup initial_mon_on_ctrl vip_hostname swift_part_power
    swift_replicas swift_min_part_hours swift_proxy_hostname swift_encryption_key_id
    swift_disable_encryption swift_object_replicator_concurrency swift_rsync_connection_limit
    swift_public_cloud_middlewares extswift_use_external extswift_auth_url extswift_region
    extswift_proxy_url extswift_project_name extswift_project_domain_name extswift_user_name
    extswift_user_domain_name extswift_password haproxy_custom_url statsd_hostname
    time_server_host amp_secgroup_list amp_boot_network_list disable_notifications
    enable_monitoring_graphs monitoring_graphite_host monitoring_graphite_port
    self_signed_api_cert nested_virt use_ovs_ifaces cpu_mode cpu_model cpu_model_extra_flags
    hw_machine_type nova_skip_cpu_compare_on_dest nova_skip_cpu_compare_at_startup
    nova_skip_hypervisor_version_check_on_lm nameserver_v4_prim nameserver_v4_sec
    nameserver_v6_prim nameserver_v6_sec cephosd_automatic_provisionning
    neutron_dnsmasq_dns_servers
"""
CLUSTER_VARIABLES = """
    bgp_to_the_host asn nested_openstack admin_email_address mail_relay_host
    nova_limit_tenants_to_placement_aggregate nova_scheduler_prefers_hosts_with_more_ram
    cinder_default_storage_availability_zone cinder_default_volume_type
    cinder_backup_use_external_swift glance_prefer_ceph_over_swift cinder_backup_prefer_swift
    dhcp_domain neutron_global_physnet_mtu neutron_path_mtu neutron_dns_domain neutron_use_dvr
    neutron_vxlan_vni_min neutron_vxlan_vni_max glance_metadef_admin_only install_designate
    install_panko install_magnum install_manila install_octavia install_telemetry
    install_cloudkitty_dashboard manila_network_cidr manila_network_division_mask
    generate_root_ssh_keys api_disable_rate_limit api_iptables_rate_limit api_haproxy_rate_limit
    api_rate_limit_whitelist swift_proxy_disable_rate_limit swift_proxy_iptables_rate_limit
    swift_proxy_haproxy_rate_limit swift_ec_enable swift_ec_policy_index swift_ec_policy_name
    swift_ec_type swift_ec_num_data_fragments swift_ec_num_parity_fragments
    swift_ec_object_segment_size filebeat_enabled filebeat_fields_under_root
    filebeat_logging_level filebeat_logging_syslog filebeat_logging_files
    filebeat_logging_files_path filebeat_logging_files_name aodh_notifier_use_proxy
    aodh_notifier_proxy_url messaging_node_memcache_memory_limit
    messaging_node_memcache_max_connections horizon_themes haproxy_timeout_http_request
    haproxy_timeout_queue haproxy_timeout_connect haproxy_timeout_client haproxy_timeout_server
    haproxy_timeout_check cloudkitty_http_pool_maxsize designate_ns1 designate_ns2
    nova_host_subset_size nova_update_resources_interval glance_api_use_proxy
    glance_api_proxy_url neutron_use_az neutron_az_list install_ironic install_heat
    install_barbican install_rabbit rabbitmq_enable_quorum_queues rabbitmq_message_timeout
    api_haproxy_redirect_port_80 api_maint_activate api_maint_whitelist
    swiftstore_reserved_space swiftstore_fallocate_reserved_space swiftproxy_reserved_space
    swiftproxy_fallocate_reserved_space swift_proxy_haproxy_custom_delay_trigger
    swift_proxy_haproxy_custom_delay_ms swift_proxy_use_ceilometer_middleware
    swift_auto_mount_block_devices swift_container_replicator_per_region_scheduling
    controller_node_memcache_max_connections horizon_set_region_cookie_activate
    horizon_region_cookie_name horizon_redirect_to_external_activate
    horizon_redirect_to_external_url haproxy_admin_external_access haproxy_use_sni
    glance_sni_name heat_sni_name heat_cfn_sni_name barbican_sni_name placement_sni_name
    nova_sni_name neutron_sni_name ironic_sni_name inspector_sni_name octavia_sni_name
    designate_sni_name cinder_sni_name gnocchi_sni_name panko_sni_name cloudkitty_sni_name
    aodh_sni_name magnum_sni_name manila_sni_name keystone_sni_name api_use_ipv6 vip6_ipaddr
    vip6_netmask designate_zone_admin_email designate_managed_resource_tenant_id
    external_keystone_activate external_keystone_url external_keystone_admin_password
    external_keystone_region_prefixed_users keystone_totp neutron_dnsmasq_dns_servers
    ceph_multiple_cluster_az ceph_use_cephadm_to_deploy ceph_configure_osbpo
    nova_use_qemu_backports nova_use_libvirt_backports nova_max_instances_per_host
    nova_swtpm_enabled nova_resize_confirm_window cloudkitty_use_storage_v2
    cloudkitty_storage_v2_backend cloudkitty_storage_v2_host cloudkitty_storage_v2_index_name
    cloudkitty_processor_workers use_json_log glance_debug_log heat_debug_log barbican_debug_log
    placement_debug_log nova_debug_log ironic_debug_log neutron_debug_log
    neutron_agent_down_time cinder_debug_log gnocchi_debug_log gnocchi_incoming_sacks_use_redis
    gnocchi_metricd_workers gnocchi_metricd_processing_delay gnocchi_metricd_reporting_delay
    gnocchi_metricd_cleanup_delay gnocchi_metricd_greedy gnocchi_api_workers
    ceilometer_debug_log cloudkitty_debug_log aodh_debug_log designate_debug_log
    manila_debug_log keystone_debug_log
"""
MACHINE_COLUMNS = """
    hostname ipmi_use ipmi_call_chassis_bootdev ipmi_addr ipmi_port ipmi_vlan ipmi_username
    ipmi_password ipmi_default_gw ipmi_netmask notes loc_dc loc_row loc_rack loc_u_start
    loc_u_end use_ceph_if_available dest_blk install_on_raid raid_type raid_dev0 raid_dev1
    raid_dev2 raid_dev3 serial_console_dev use_gpu gpu_name gpu_vendor_id gpu_product_id
    gpu_device_type vfio_ids nested_virt cpu_mode cpu_model cpu_model_extra_flags
    hw_machine_type nova_skip_cpu_compare_on_dest nova_skip_cpu_compare_at_startup
    nova_skip_hypervisor_version_check_on_lm force_dhcp_agent swift_store_account
    swift_store_container swift_store_object ceph_osd_initial_setup force_no_bgp2host force_frr
    force_frr_nic1 force_frr_nic2 force_frr_vlan ceph_az
"""
MACHINE_VARIABLES = """
    servers_per_port network_chunk_size disk_chunk_size lvm_backend_name availability_zone
    volume_copy_bps_limit cinder_reserved_percentage cinder_max_over_subscription_ratio
    cinder_enabled_backends cinder_separate_volume_groups cpu_allocation_ratio
    ram_allocation_ratio disk_allocation_ratio compute_is_cephosd neutron_external_network_name
    neutron_install_dragent nova_reserved_host_memory_mb nova_reserved_host_disk_mb
    manila_share_install kernel_from_backports brex_macaddr swift_rsync_io_limit_activate
    swift_rsync_io_limit_megabytes swift_rsync_io_limit_iops configure_dkms
    cinder_default_storage_availability_zone neutron_az_name nova_default_schedule_zone
    nova_num_pcie_ports swift_override_cluster_reserved_space swift_storage_reserved_space
    swift_storage_fallocate_reserved_space
"""
CLUSTER_OPTIONS = """
    --initial-cluster-setup --vip-hostname --region-name --swift-part-power --time-server-host
    --swift-encryption-key-id --swift-proxy-hostname --swift-disable-encryption
    --swift-object-replicator-concurrency --swift-rsync-connection-limit
    --swift-public-cloud-middlewares --extswift-use-external --extswift-auth-url
    --extswift-region --extswift-proxy-url --extswift-project-name
    --extswift-project-domain-name --extswift-user-name --extswift-user-domain-name
    --extswift-password --amp-secgroup-list --amp-boot-network-list --disable-notifications
    --enable-monitoring-graphs --monitoring-graphite-host --monitoring-graphite-port
    --statsd-hostname --self-signed-api-cert --nested-virt --use-ovs-ifaces --cpu-mode
    --cpu-model --cpu-model-extra-flags --first-master --nameserver-v4-primary
    --nameserver-v4-secondary --nameserver-v6-primary --nameserver-v6-secondary
    --cephosd-automatic-provisionning --hw-machine-type --haproxy-custom-url
    --neutron-dnsmasq-dns-servers --bgp-to-the-host --asn --nested-openstack
    --admin-email-address --mail-relay-host --nova-limit-tenants-to-placement-aggregate
    --nova-scheduler-prefers-hosts-with-more-ram --cinder-default-storage-availability-zone
    --cinder-default-volume-type --cinder-backup-use-external-swift
    --glance-prefer-ceph-over-swift --cinder-backup-prefer-swift --dhcp-domain
    --neutron-global-physnet-mtu --neutron-path-mtu --neutron-dns-domain --neutron-use-dvr
    --neutron-vxlan-vni-min --neutron-vxlan-vni-max --glance-metadef-admin-only
    --install-designate --install-panko --install-magnum --install-manila --install-octavia
    --install-telemetry --install-cloudkitty-dashboard --manila-network-cidr
    --manila-network-division-mask --generate-root-ssh-keys --api-disable-rate-limit
    --api-iptables-rate-limit --api-haproxy-rate-limit --api-rate-limit-whitelist
    --swift-proxy-disable-rate-limit --swift-proxy-iptables-rate-limit
    --swift-proxy-haproxy-rate-limit --swift-ec-enable --swift-ec-policy-index
    --swift-ec-policy-name --swift-ec-type --swift-ec-num-data-fragments
    --swift-ec-num-parity-fragments --swift-ec-object-segment-size --filebeat-enabled
    --filebeat-fields-under-root --filebeat-logging-level --filebeat-logging-syslog
    --filebeat-logging-files --filebeat-logging-files-path --filebeat-logging-files-name
    --aodh-notifier-use-proxy --aodh-notifier-proxy-url --messaging-node-memcache-memory-limit
    --messaging-node-memcache-max-connections --horizon-themes --haproxy-timeout-http-request
    --haproxy-timeout-queue --haproxy-timeout-connect --haproxy-timeout-client
    --haproxy-timeout-server --haproxy-timeout-check --cloudkitty-http-pool-maxsize
    --designate-ns1 --designate-ns2 --nova-host-subset-size --nova-update-resources-interval
    --glance-api-use-proxy --glance-api-proxy-url --neutron-use-az --neutron-az-list
    --install-ironic --install-heat --install-barbican --install-rabbit
    --rabbitmq-enable-quorum-queues --rabbitmq-message-timeout --api-haproxy-redirect-port-80
    --api-maint-activate --api-maint-whitelist --swiftstore-reserved-space
    --swiftstore-fallocate-reserved-space --swiftproxy-reserved-space
    --swiftproxy-fallocate-reserved-space --swift-proxy-haproxy-custom-delay-trigger
    --swift-proxy-haproxy-custom-delay-ms --swift-proxy-use-ceilometer-middleware
    --swift-auto-mount-block-devices --swift-container-replicator-per-region-scheduling
    --controller-node-memcache-max-connections --horizon-set-region-cookie-activate
    --horizon-region-cookie-name --horizon-redirect-to-external-activate
    --horizon-redirect-to-external-url --haproxy-admin-external-access --haproxy-use-sni
    --glance-sni-name --heat-sni-name --heat-cfn-sni-name --barbican-sni-name
    --placement-sni-name --nova-sni-name --neutron-sni-name --ironic-sni-name
    --inspector-sni-name --octavia-sni-name --designate-sni-name --cinder-sni-name
    --gnocchi-sni-name --panko-sni-name --cloudkitty-sni-name --aodh-sni-name --magnum-sni-name
    --manila-sni-name --keystone-sni-name --api-use-ipv6 --vip6-ipaddr --vip6-netmask
    --designate-zone-admin-email --designate-managed-resource-tenant-id
    --external-keystone-activate --external-keystone-url --external-keystone-admin-password
    --external-keystone-region-prefixed-users --keystone-totp --ceph-multiple-cluster-az
    --ceph-use-cephadm-to-deploy --ceph-configure-osbpo --nova-use-qemu-backports
    --nova-use-libvirt-backports --nova-max-instances-per-host --nova-swtpm-enabled
    --nova-resize-confirm-window --cloudkitty-use-storage-v2 --cloudkitty-storage-v2-backend
    --cloudkitty-storage-v2-host --cloudkitty-storage-v2-index-name
    --cloudkitty-processor-workers --use-json-log --glance-debug-log --heat-debug-log
    --barbican-debug-log --placement-debug-log --nova-debug-log --ironic-debug-log
    --neutron-debug-log --neutron-agent-down-time --cinder-debug-log --gnocchi-debug-log
    --gnocchi-incoming-sacks-use-redis --gnocchi-metricd-workers
    --gnocchi-metricd-processing-delay --gnocchi-metricd-reporting-delay
    --gnocchi-metricd-cleanup-delay --gnocchi-metricd-greedy --gnocchi-api-workers
    --ceilometer-debug-log --cloudkitty-debug-log --aodh-debug-log --designate-debug-log
    --manila-debug-log --keystone-debug-log
"""
MACHINE_OPTIONS = """
    --use_ceph_if_available --ceph-use-if-available --dest-blk --install-on-raid --raid-type
    --raid-dev0 --raid-dev3 --serial-console-device --dc --row --rack --ustart --uend --use-gpu
    --gpu-name --gpu-vendor-id --gpu-produc-id --gpu-device-type --vfio-ids --nested-virt
    --cpu-mode --cpu-model --cpu-model-extra-flags --force-dhcp-agent --swift-store-account
    --hostname --notes --ipmi-use --ipmi-call-chassis-bootdev --ipmi-username --ipmi-password
    --ipmi-addr --ipmi-port --ipmi-netmask --ipmi-default-gw --ipmi-vlan
    --ceph-osd-initial-setup --force-no-bgp2host --ceph-az --force-frr --force-frr-nic1
    --force-frr-nic2 --force-frr-vlan --hw-machine-type --nova-skip-cpu-compare-on-dest
    --nova-skip-cpu-compare-at-startup --nova-skip-hypervisor-version-check-on-lm --raid-dev1
    --raid-dev2 --servers-per-port --network-chunk-size --disk-chunk-size --lvm-backend-name
    --availability-zone --volume-copy-bps-limit --cinder-reserved-percentage
    --cinder-max-over-subscription-ratio --cinder-enabled-backends
    --cinder-separate-volume-groups --cpu-allocation-ratio --ram-allocation-ratio
    --disk-allocation-ratio --compute-is-cephosd --neutron-external-network-name
    --neutron-install-dragent --nova-reserved-host-memory-mb --nova-reserved-host-disk-mb
    --manila-share-install --kernel-from-backports --brex-macaddr
    --swift-rsync-io-limit-activate --swift-rsync-io-limit-megabytes --swift-rsync-io-limit-iops
    --configure-dkms --cinder-default-storage-availability-zone --neutron-az-name
    --nova-default-schedule-zone --nova-num-pcie-ports --swift-override-cluster-reserved-space
    --swift-storage-reserved-space --swift-storage-fallocate-reserved-space
"""
