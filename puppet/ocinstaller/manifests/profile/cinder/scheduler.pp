# @summary Where volumes are made.
class ocinstaller::profile::cinder::scheduler {
  include ocinstaller::profile::cinder::common

  class { 'cinder::scheduler':
    manage_service => false,
  }

  ocinstaller::service { 'cinder-scheduler':
    restart_on => [Anchor['cinder::config::end']],
    require    => Ocinstaller::Schema['cinder'],
  }
}
