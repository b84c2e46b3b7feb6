# @summary Where virtual machines are started.
#
# New compute machines need no command of anybody: the scheduler looks for them by itself. It asks
# the data base for services without a mapping, which costs next to nothing, works whichever way a
# machine came to the cluster, and after any failure; a report to OCI that makes a controller run
# nova-manage would have to be delivered, repeated and waited for.
#
# @param workers
#   Worker processes.
# @param discovery_interval
#   Seconds between two looks for new compute machines.
class ocinstaller::profile::nova::scheduler (
  Integer[1]  $workers            = ocinstaller::workers(),
  Integer[10] $discovery_interval = 60,
) {
  include ocinstaller::profile::nova::common

  class { 'nova::scheduler':
    manage_service                   => false,
    workers                          => $workers,
    discover_hosts_in_cells_interval => $discovery_interval,
  }

  ocinstaller::service { 'nova-scheduler':
    restart_on => [Anchor['nova::config::end']],
    require    => Ocinstaller::Schema['nova_api'],
  }
}
