# @summary Routers between virtual networks, and to the networks outside.
class ocinstaller::profile::neutron::l3_agent {
  include ocinstaller::profile::neutron::common

  $dvr = ocinstaller::setting('neutron_use_dvr', true)
  $central = $ocinstaller::role != 'compute'
  $mode = [$dvr, $central] ? {
    [true, true]  => 'dvr_snat',
    [true, false] => 'dvr',
    default       => 'legacy',
  }

  class { 'neutron::agents::l3':
    manage_service => false,
    agent_mode     => $mode,
  }

  ocinstaller::service { 'neutron-l3-agent':
    restart_on => [Anchor['neutron::config::end']],
  }
}
