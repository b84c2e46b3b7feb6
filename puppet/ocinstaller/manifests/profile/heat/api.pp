# @summary The orchestration API.
#
# @param processes
#   Worker processes.
class ocinstaller::profile::heat::api (
  Integer[1] $processes = ocinstaller::workers(),
) {
  include ocinstaller::profile::heat::common

  class { 'heat::api':
    manage_service => false,
  }

  ocinstaller::wsgi { 'heat-api':
    project   => 'heat',
    settings  => 'heat_api_uwsgi_config',
    port      => 8004,
    processes => $processes,
    after     => [Ocinstaller::Schema['heat']],
  }
}
