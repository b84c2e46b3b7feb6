# @summary The image service.
#
# @param processes
#   Worker processes of the API.
class ocinstaller::profile::glance (
  Integer[1] $processes = ocinstaller::workers(),
) {
  $backend = $ocinstaller::backends['Glance images']
  $url = ocinstaller::api_url('glance-api')

  class { 'glance::api::db':
    database_connection => ocinstaller::database_url('glance').unwrap,
  }
  class { 'glance::api::authtoken':
    * => ocinstaller::authtoken('glance'),
  }
  class { 'glance::api::logging': }

  case $backend {
    'file': {
      glance::backend::multistore::file { 'local':
        filesystem_store_datadir => '/var/lib/glance/images',
      }
      $stores = ['local:file']
    }
    'swift': {
      $login = ocinstaller::login('glance')
      # The module's class for this wants the module for Swift on every machine.
      $reference = {
        'user'              => "${login['project_name']}:${login['username']}",
        'key'               => $login['password'],
        'auth_address'      => $login['auth_url'],
        'auth_version'      => '3',
        'user_domain_id'    => 'default',
        'project_domain_id' => 'default',
      }
      $reference.each |$name, $value| {
        glance_swift_config { "services/${name}":
          value  => $value,
          secret => $name == 'key',
        }
      }
      $store = {
        'swift_store_config_file'             => '/etc/glance/glance-swift.conf',
        'default_swift_reference'             => 'services',
        'swift_store_region'                  => $ocinstaller::region_name,
        'swift_store_endpoint_type'           => 'internalURL',
        'swift_store_create_container_on_put' => true,
        'swift_store_cacert'                  => $ocinstaller::api_ca_file,
      }
      $store.each |$name, $value| {
        glance_api_config { "local/${name}":
          value => $value,
        }
      }
      $stores = ['local:swift']
    }
    default: {
      fail("images on ${backend}: this version keeps images in files or in the cluster's own Swift")
    }
  }

  class { 'glance::api':
    manage_service               => false,
    sync_db                      => false,
    enabled_backends             => $stores,
    default_backend              => 'local',
    enable_proxy_headers_parsing => true,
    public_endpoint              => $url,
    # Import and staging need a place that only this machine's processes see, and its own address.
    worker_self_reference_url    => "https://${ocinstaller::machine_hostname}:9292",
  }
  contain glance::api

  ocinstaller::certificate { 'glance':
    directory => '/etc/glance/oci',
    group     => 'glance',
    require   => Anchor['glance::install::end'],
  }

  ocinstaller::schema { 'glance':
    project  => 'glance',
    package  => 'glance-api',
    commands => [['/usr/bin/glance-manage', 'db_sync'], ['/usr/bin/glance-manage', 'db_load_metadefs']],
  }

  ocinstaller::wsgi { 'glance-api':
    project   => 'glance',
    settings  => 'glance_api_uwsgi_config',
    port      => 9292,
    processes => $processes,
    after     => [Ocinstaller::Schema['glance']],
  }
}
