# @summary Secrets of the cloud's users, encrypted in the data base with a key that only controllers have.
#
# @param processes
#   Worker processes of the API.
class ocinstaller::profile::barbican (
  Integer[1] $processes = ocinstaller::workers(),
) {
  class { 'barbican::db':
    database_connection => ocinstaller::database_url('barbican').unwrap,
  }
  class { 'barbican::keystone::authtoken':
    * => ocinstaller::authtoken('barbican'),
  }
  class { 'barbican::api::logging': }
  # Members of a project keep its secrets; the older rules want a role of their own, creator.
  class { 'barbican::policy':
    enforce_new_defaults => true,
    enforce_scope        => true,
  }
  class { 'barbican::plugins::simple_crypto':
    simple_crypto_plugin_kek => ocinstaller::secret('barbican_kek').unwrap,
    global_default           => true,
  }
  class { 'barbican': }
  class { 'barbican::api':
    manage_service               => false,
    sync_db                      => false,
    db_auto_create               => false,
    host_href                    => ocinstaller::api_url('barbican-api'),
    enable_proxy_headers_parsing => true,
    enabled_secretstore_plugins  => ['store_crypto'],
    enabled_crypto_plugins       => ['simple_crypto'],
    *                            => ocinstaller::messaging('barbican'),
  }
  contain barbican::api

  ocinstaller::certificate { 'barbican':
    directory => '/etc/barbican/oci',
    group     => 'barbican',
    require   => Anchor['barbican::install::end'],
  }

  ocinstaller::schema { 'barbican':
    project  => 'barbican',
    package  => 'barbican-api',
    commands => [['/usr/bin/barbican-manage', 'db', 'upgrade']],
  }

  ocinstaller::wsgi { 'barbican-api':
    project   => 'barbican',
    settings  => 'barbican_api_uwsgi_config',
    port      => 9311,
    processes => $processes,
    after     => [Ocinstaller::Schema['barbican']],
  }
}
