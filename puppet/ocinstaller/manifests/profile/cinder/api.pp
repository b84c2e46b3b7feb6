# @summary The block storage API, with the tables behind it.
#
# @param processes
#   Worker processes.
class ocinstaller::profile::cinder::api (
  Integer[1] $processes = ocinstaller::workers(),
) {
  include ocinstaller::profile::cinder::common

  class { 'cinder::keystone::authtoken':
    * => ocinstaller::authtoken('cinder'),
  }
  class { 'cinder::api':
    manage_service               => false,
    sync_db                      => false,
    public_endpoint              => ocinstaller::api_url('cinder-api'),
    enable_proxy_headers_parsing => true,
  }
  contain cinder::api

  ocinstaller::schema { 'cinder':
    project  => 'cinder',
    package  => 'cinder-api',
    commands => [['/usr/bin/cinder-manage', 'db', 'sync']],
  }

  ocinstaller::wsgi { 'cinder-api':
    project   => 'cinder',
    settings  => 'cinder_api_uwsgi_config',
    port      => 8776,
    processes => $processes,
    after     => [Ocinstaller::Schema['cinder']],
  }
}
