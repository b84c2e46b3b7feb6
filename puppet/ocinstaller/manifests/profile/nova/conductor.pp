# @summary The compute service's way to its data base.
#
# @param workers
#   Worker processes.
class ocinstaller::profile::nova::conductor (
  Integer[1] $workers = ocinstaller::workers(),
) {
  include ocinstaller::profile::nova::common

  class { 'nova::conductor':
    manage_service => false,
    workers        => $workers,
  }

  ocinstaller::service { 'nova-conductor':
    restart_on => [Anchor['nova::config::end']],
    require    => Ocinstaller::Schema['nova_api'],
  }
}
