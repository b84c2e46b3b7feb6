# @summary What resources there are, and who holds how many of them.
#
# @param processes
#   Worker processes of the API.
class ocinstaller::profile::placement (
  Integer[1] $processes = ocinstaller::workers(),
) {
  class { 'placement::db':
    database_connection => ocinstaller::database_url('placement').unwrap,
  }
  class { 'placement::keystone::authtoken':
    * => ocinstaller::authtoken('placement'),
  }
  class { 'placement::logging': }
  class { 'placement':
    sync_db => false,
  }
  class { 'placement::api':
    manage_service               => false,
    sync_db                      => false,
    enable_proxy_headers_parsing => true,
  }
  contain placement
  contain placement::api

  ocinstaller::certificate { 'placement':
    directory => '/etc/placement/oci',
    group     => 'placement',
    require   => Anchor['placement::install::end'],
  }

  ocinstaller::schema { 'placement':
    project  => 'placement',
    package  => 'placement-api',
    commands => [['/usr/bin/placement-manage', 'db', 'sync']],
  }

  ocinstaller::wsgi { 'placement-api':
    project   => 'placement',
    settings  => 'placement_api_uwsgi_config',
    port      => 8778,
    processes => $processes,
    after     => [Ocinstaller::Schema['placement']],
  }
}
