# @summary What all parts of the compute service on a machine share.
class ocinstaller::profile::nova::common {
  $address = $ocinstaller::machine_address

  # Compute machines have no way to the data base: they ask the conductor.
  if 'nova-conductor' in $ocinstaller::services {
    class { 'nova::db':
      database_connection     => ocinstaller::database_url('nova').unwrap,
      api_database_connection => ocinstaller::database_url('nova_api').unwrap,
    }
    class { 'nova::keystone::authtoken':
      * => ocinstaller::authtoken('nova'),
    }
  }

  # What compute machines promise of what they have.
  $ratios = 'nova-compute' in $ocinstaller::services ? {
    true    => Hash(['cpu', 'ram', 'disk'].map |$what| {
      ["${what}_allocation_ratio", ocinstaller::setting("${what}_allocation_ratio", 1.0)]
    }),
    default => {},
  }

  class { 'nova':
    my_ip    => $address,
    host     => $ocinstaller::machine_hostname,
    ssl_only => true,
    cert     => '/etc/nova/oci/cert.pem',
    key      => '/etc/nova/oci/key.pem',
    *        => ocinstaller::messaging('nova') + $ratios,
  }
  contain nova

  $login = ocinstaller::login('nova')
  $without_region = $login.filter |$name, $_| { $name != 'region_name' }

  class { 'nova::logging': }
  class { 'nova::placement':
    * => $login,
  }
  class { 'nova::network::neutron':
    * => $login,
  }
  class { 'nova::cinder':
    os_region_name => $ocinstaller::region_name,
    *              => $without_region,
  }
  class { 'nova::keystone::service_user':
    send_service_user_token => true,
    cafile                  => $ocinstaller::api_ca_file,
    *                       => $login,
  }
  class { 'nova::glance':
    num_retries => 3,
  }
  if 'memcached' in $ocinstaller::services {
    class { 'nova::cache':
      enabled                => true,
      backend                => 'dogpile.cache.pymemcache',
      memcache_servers       => ['127.0.0.1:11211'],
      manage_backend_package => false,
    }
  }

  # The modules have no parameter for the trust of these clients.
  ['placement', 'neutron', 'cinder', 'glance', 'barbican'].each |$section| {
    nova_config { "${section}/cafile":
      value => $ocinstaller::api_ca_file,
    }
  }

  ocinstaller::certificate { 'nova':
    directory => '/etc/nova/oci',
    group     => 'nova',
    require   => Anchor['nova::install::end'],
  }
}
