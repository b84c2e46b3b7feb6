# @summary What all parts of the network service on a machine share.
class ocinstaller::profile::neutron::common {
  class { 'neutron':
    host                    => $ocinstaller::machine_hostname,
    core_plugin             => 'ml2',
    service_plugins         => ['router', 'metering', 'segments', 'trunk'],
    dns_domain              => ocinstaller::setting('neutron_dns_domain', 'example.com.'),
    global_physnet_mtu      => ocinstaller::setting('neutron_global_physnet_mtu', 1500),
    dhcp_agent_notification => true,
    *                       => ocinstaller::messaging('neutron'),
  }
  contain neutron
  class { 'neutron::logging': }

  ocinstaller::certificate { 'neutron':
    directory => '/etc/neutron/oci',
    group     => 'neutron',
    require   => Anchor['neutron::install::end'],
  }
}
