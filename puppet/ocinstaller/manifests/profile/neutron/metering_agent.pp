# @summary Counts the traffic of routers.
class ocinstaller::profile::neutron::metering_agent {
  include ocinstaller::profile::neutron::common

  class { 'neutron::agents::metering':
    manage_service => false,
  }

  ocinstaller::service { 'neutron-metering-agent':
    restart_on => [Anchor['neutron::config::end']],
  }
}
