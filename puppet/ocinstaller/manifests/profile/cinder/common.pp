# @summary What all parts of the block storage service on a machine share.
class ocinstaller::profile::cinder::common {
  $login = ocinstaller::login('cinder')

  class { 'cinder::db':
    database_connection => ocinstaller::database_url('cinder').unwrap,
  }
  class { 'cinder::logging': }
  class { 'cinder':
    host => $ocinstaller::machine_hostname,
    *    => ocinstaller::messaging('cinder'),
  }
  contain cinder
  class { 'cinder::nova':
    cafile => $ocinstaller::api_ca_file,
    *      => $login,
  }
  class { 'cinder::glance':
    glance_api_servers => ocinstaller::api_url('glance-api'),
  }
  class { 'cinder::keystone::service_user':
    send_service_user_token => true,
    cafile                  => $ocinstaller::api_ca_file,
    *                       => $login,
  }
  cinder_config { 'DEFAULT/glance_ca_certificates_file':
    value => $ocinstaller::api_ca_file,
  }

  ocinstaller::certificate { 'cinder':
    directory => '/etc/cinder/oci',
    group     => 'cinder',
    require   => Anchor['cinder::install::end'],
  }
}
