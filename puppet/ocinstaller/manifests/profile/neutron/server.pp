# @summary The network API, the server that the agents report to, and its periodic work.
#
# @param processes
#   Worker processes of the API.
# @param rpc_workers
#   Worker processes that answer the agents.
class ocinstaller::profile::neutron::server (
  Integer[1] $processes   = ocinstaller::workers(),
  Integer[1] $rpc_workers = ocinstaller::workers(),
) {
  include ocinstaller::profile::neutron::common

  $configuration = ['/etc/neutron/neutron.conf', '/etc/neutron/plugins/ml2/ml2_conf.ini']
  $files = $configuration.map |$file| { "--config-file=${file}" }
  $first_vni = ocinstaller::setting('neutron_vxlan_vni_min', 1000)
  $last_vni = ocinstaller::setting('neutron_vxlan_vni_max', 9999)
  $dvr = ocinstaller::setting('neutron_use_dvr', true)

  class { 'neutron::db':
    database_connection => ocinstaller::database_url('neutron').unwrap,
  }
  class { 'neutron::keystone::authtoken':
    * => ocinstaller::authtoken('neutron'),
  }
  class { 'neutron::server':
    manage_service               => false,
    sync_db                      => false,
    api_workers                  => $processes,
    rpc_workers                  => $rpc_workers,
    router_distributed           => $dvr,
    enable_proxy_headers_parsing => true,
  }
  class { 'neutron::plugins::ml2':
    type_drivers         => ['flat', 'vlan', 'vxlan'],
    tenant_network_types => ['vxlan'],
    mechanism_drivers    => ['openvswitch', 'l2population'],
    extension_drivers    => ['port_security', 'dns'],
    flat_networks        => '*',
    network_vlan_ranges  => $ocinstaller::external_networks,
    vni_ranges           => "${first_vni}:${last_vni}",
    path_mtu             => ocinstaller::setting('neutron_path_mtu', 1500),
  }
  class { 'neutron::server::notifications': }
  class { 'neutron::server::notifications::nova':
    * => ocinstaller::login('neutron'),
  }
  class { 'neutron::server::placement':
    * => ocinstaller::login('neutron'),
  }
  contain neutron::server
  ['nova', 'placement'].each |$section| {
    neutron_config { "${section}/cafile":
      value => $ocinstaller::api_ca_file,
    }
  }

  ocinstaller::schema { 'neutron':
    project  => 'neutron',
    package  => 'neutron-api',
    commands => [['/usr/bin/neutron-db-manage'] + $files + ['upgrade', 'heads']],
  }

  ocinstaller::wsgi { 'neutron-api':
    project   => 'neutron',
    settings  => 'neutron_api_uwsgi_config',
    port      => 9696,
    processes => $processes,
    threads   => 1,
    arguments => $files,
    after     => [Ocinstaller::Schema['neutron']],
  }

  ['neutron-rpc-server', 'neutron-periodic-workers'].each |$name| {
    ocinstaller::service { $name:
      restart_on => [Anchor['neutron::config::end']],
      require    => Ocinstaller::Schema['neutron'],
    }
  }
}
