# @summary The cluster's data base, reached over TLS only.
#
# root logs in through the local socket without a password, Debian's default.
#
# @param max_connections
#   Connections that MariaDB accepts at the same time.
class ocinstaller::profile::mariadb (
  Integer[1] $max_connections = 1024,
) {
  $tls = '/etc/mysql/oci'

  class { 'mysql::server':
    config_file        => '/etc/mysql/mariadb.conf.d/90-oci.cnf',
    includedir         => '',
    create_root_user   => false,
    create_root_my_cnf => false,
    service_manage     => false,
    options            => {
      'client' => {
        'socket' => '/run/mysqld/mysqld.sock',
      },
      'mysqld' => {
        'user'                     => 'mysql',
        'basedir'                  => '/usr',
        'datadir'                  => '/var/lib/mysql',
        'socket'                   => '/run/mysqld/mysqld.sock',
        'bind-address'             => $ocinstaller::machine_address,
        'skip-name-resolve'        => true,
        'max_connections'          => $max_connections,
        # Migrations that name a character set only must not change the collation behind Puppet.
        'character-set-collations' => 'utf8mb3=utf8mb3_general_ci,utf8mb4=utf8mb4_general_ci',
        'require_secure_transport' => 'ON',
        'tls_version'              => 'TLSv1.2,TLSv1.3',
        'ssl-cert'                 => "${tls}/cert.pem",
        'ssl-key'                  => "${tls}/key.pem",
      },
    },
  }
  contain mysql::server

  ocinstaller::certificate { 'mariadb':
    directory => $tls,
    group     => 'mysql',
    require   => Class['mysql::server::installdb'],
  }

  ocinstaller::service { 'mariadb':
    restart_on => [File['mysql-config-file'], Ocinstaller::Certificate['mariadb']],
    before     => Class['mysql::server::root_password'],
  }

  class { 'ocinstaller::profile::mariadb::databases':
    databases => $ocinstaller::databases,
    require   => Class['mysql::server'],
  }
  contain ocinstaller::profile::mariadb::databases
}
