# @summary What all parts of the orchestration service share.
class ocinstaller::profile::heat::common {
  class { 'heat::db':
    sync_db             => false,
    database_connection => ocinstaller::database_url('heat').unwrap,
  }
  class { 'heat::keystone::authtoken':
    * => ocinstaller::authtoken('heat'),
  }
  class { 'heat::logging': }
  class { 'heat':
    region_name                  => $ocinstaller::region_name,
    keystone_ec2_uri             => "${ocinstaller::api_url('keystone')}/v3/ec2tokens",
    enable_proxy_headers_parsing => true,
    *                            => ocinstaller::messaging('heat'),
  }
  contain heat

  class { 'heat::trustee':
    auth_url         => ocinstaller::api_url('keystone'),
    username         => 'heat',
    password         => ocinstaller::secret('heat_service').unwrap,
    user_domain_name => 'Default',
  }
  heat_config {
    'clients/ca_file':           value => $ocinstaller::api_ca_file;
    'clients_keystone/auth_uri': value => ocinstaller::api_url('keystone');
    'clients_keystone/ca_file':  value => $ocinstaller::api_ca_file;
    'ec2authtoken/ca_file':      value => $ocinstaller::api_ca_file;
    'trustee/cafile':            value => $ocinstaller::api_ca_file;
  }
  # Users and domain are made together with all others, see ocinstaller::profile::keystone::identity.
  class { 'heat::keystone::domain':
    domain_name     => 'heat',
    domain_admin    => 'heat_domain_admin',
    domain_password => ocinstaller::secret('heat_domain_admin').unwrap,
    manage_domain   => false,
    manage_user     => false,
    manage_role     => false,
  }

  ocinstaller::certificate { 'heat':
    directory => '/etc/heat/oci',
    group     => 'heat',
    require   => Anchor['heat::install::end'],
  }

  ocinstaller::schema { 'heat':
    project  => 'heat',
    package  => 'heat-common',
    commands => [['/usr/bin/heat-manage', 'db_sync']],
  }
}
