# @summary The orchestration API in the form of CloudFormation; virtual machines report to it.
#
# @param processes
#   Worker processes.
class ocinstaller::profile::heat::api_cfn (
  Integer[1] $processes = ocinstaller::workers(),
) {
  include ocinstaller::profile::heat::common

  class { 'heat::api_cfn':
    manage_service => false,
  }

  ocinstaller::wsgi { 'heat-api-cfn':
    project   => 'heat',
    settings  => 'heat_api_cfn_uwsgi_config',
    port      => 8000,
    processes => $processes,
    after     => [Ocinstaller::Schema['heat']],
  }
}
