# @summary Keystone's tables, its administrator and its own endpoints.
#
# @param url
#   The service's address, the same for all three interfaces.
# @param database_host
#   Name of the data base server, as in its certificate.
# @param database_password
#   Password of the data base user keystone.
# @param admin_password
#   Password of the user admin.
class ocinstaller::profile::keystone::bootstrap (
  Stdlib::HTTPSUrl     $url,
  Stdlib::Fqdn         $database_host,
  Sensitive[String[1]] $database_password,
  Sensitive[String[1]] $admin_password,
) {
  $credentials = '/etc/keystone/oci-database.cnf'
  $mariadb = ['/usr/bin/mariadb', "--defaults-file=${credentials}", '--connect-timeout=5']
  $answers = $mariadb + ['--execute', 'SELECT 1']
  $finished = $mariadb + [
    '--delimiter=//', '--execute',
    epp('ocinstaller/keystone-bootstrapped.sql.epp', { 'region' => $ocinstaller::region_name, 'url' => $url }),
  ]

  file { $credentials:
    ensure  => file,
    owner   => 'root',
    group   => 'keystone',
    mode    => '0640',
    backup  => false,
    content => Sensitive(epp('ocinstaller/keystone-database.cnf.epp', {
          'host'     => $database_host,
          'port'     => $ocinstaller::database_port,
          'password' => $database_password.unwrap,
          'ca_file'  => $ocinstaller::ca_file,
    })),
    require => Anchor['keystone::install::end'],
  }

  # Without this, keystone-manage would try a broken data base in silence for minutes.
  exec { 'the data base answers keystone':
    command   => $answers,
    unless    => [$answers],
    tries     => 60,
    try_sleep => 5,
    logoutput => on_failure,
    require   => [File[$credentials], Anchor['keystone::dbsync::begin']],
  }

  if $ocinstaller::is_bootstrap {
    exec { 'keystone tables':
      command   => ['/usr/bin/keystone-manage', 'db_sync'],
      user      => 'keystone',
      unless    => [$finished],
      timeout   => 600,
      logoutput => on_failure,
      require   => Exec['the data base answers keystone'],
    }
    -> exec { 'keystone administrator and endpoints':
      command     => [
        '/usr/bin/keystone-manage', 'bootstrap',
        '--bootstrap-region-id', $ocinstaller::region_name,
        '--bootstrap-public-url', $url,
        '--bootstrap-internal-url', $url,
        '--bootstrap-admin-url', $url,
      ],
      # keystone-manage takes the password from its environment, where other users do not see it.
      environment => ["OS_BOOTSTRAP_PASSWORD=${admin_password.unwrap}"],
      user        => 'keystone',
      unless      => [$finished],
      timeout     => 300,
      logoutput   => on_failure,
      require     => Class['keystone'],
    }
  } else {
    exec { 'the first controller has made the tables and endpoints of keystone':
      command   => $finished,
      unless    => [$finished],
      tries     => 240,
      try_sleep => 5,
      logoutput => on_failure,
      require   => Exec['the data base answers keystone'],
    }
  }

  file { '/root/oci-openrc':
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0600',
    backup  => false,
    content => Sensitive(epp('ocinstaller/openrc.epp', {
          'url'      => $url,
          'region'   => $ocinstaller::region_name,
          'password' => $admin_password.unwrap,
          'ca_file'  => $ocinstaller::api_ca_file,
    })),
  }
}
