# @summary Addresses for virtual machines.
class ocinstaller::profile::neutron::dhcp_agent {
  include ocinstaller::profile::neutron::common

  class { 'neutron::agents::dhcp':
    manage_service           => false,
    enable_isolated_metadata => true,
    enable_metadata_network  => true,
  }

  ocinstaller::service { 'neutron-dhcp-agent':
    restart_on => [Anchor['neutron::config::end']],
  }
}
