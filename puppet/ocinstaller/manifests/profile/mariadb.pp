# @summary The cluster's data base: Galera on all machines that keep it, over TLS only.
#
# root logs in through the local socket without a password, Debian's default; so does the user mysql,
# which makes and sends the copies of joining machines.
#
# @param max_connections
#   Connections that MariaDB accepts at the same time.
# @param write_set_cache
#   What a machine that was away for a while can be told without a copy of everything.
class ocinstaller::profile::mariadb (
  Integer[1]             $max_connections = 1024,
  Pattern[/\A\d+[MG]\z/] $write_set_cache = '1G',
) {
  $tls = '/etc/mysql/oci'
  $address = $ocinstaller::machine_address
  $peers = $ocinstaller::peers['mariadb']
  $provider = {
    'gmcast.listen_addr' => "ssl://${address}:4567",
    'ist.recv_addr'      => "ssl://${address}:4568",
    'socket.ssl_ca'      => $ocinstaller::ca_file,
    'socket.ssl_cert'    => "${tls}/cert.pem",
    'socket.ssl_key'     => "${tls}/key.pem",
    'gcache.size'        => $write_set_cache,
  }

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
        'bind-address'             => $address,
        'skip-name-resolve'        => true,
        'max_connections'          => $max_connections,
        # Migrations that name a character set only must not change the collation behind Puppet.
        'character-set-collations' => 'utf8mb3=utf8mb3_general_ci,utf8mb4=utf8mb4_general_ci',
        'require_secure_transport' => 'ON',
        'tls_version'              => 'TLSv1.2,TLSv1.3',
        'ssl-ca'                   => $ocinstaller::ca_file,
        'ssl-cert'                 => "${tls}/cert.pem",
        'ssl-key'                  => "${tls}/key.pem",
        # What Galera asks for.
        'binlog_format'            => 'ROW',
        'default_storage_engine'   => 'InnoDB',
        'innodb_autoinc_lock_mode' => 2,
        'wsrep_on'                 => 'ON',
        'wsrep_provider'           => '/usr/lib/galera/libgalera_smm.so',
        'wsrep_provider_options'   => $provider.map |$name, $value| { "${name}=${value}" }.join(';'),
        'wsrep_cluster_name'       => $ocinstaller::cluster_name,
        'wsrep_cluster_address'    => "gcomm://${peers.map |$peer| { $peer['address'] }.join(',')}",
        'wsrep_node_name'          => $ocinstaller::machine_hostname,
        'wsrep_node_address'       => $address,
        'wsrep_sst_method'         => 'mariabackup',
        'wsrep_sst_auth'           => 'mysql:',
      },
      'sst'    => {
        'encrypt' => 3,
        'tca'     => $ocinstaller::ca_file,
        'tcert'   => "${tls}/cert.pem",
        'tkey'    => "${tls}/key.pem",
      },
    },
  }
  contain mysql::server

  ocinstaller::certificate { 'mariadb':
    directory => $tls,
    group     => 'mysql',
    require   => Class['mysql::server::installdb'],
  }

  class { 'ocinstaller::profile::mariadb::start':
    tls     => $tls,
    require => Ocinstaller::Certificate['mariadb'],
    before  => Ocinstaller::Service['mariadb'],
  }
  contain ocinstaller::profile::mariadb::start

  ocinstaller::service { 'mariadb':
    restart_on    => [File['mysql-config-file'], Ocinstaller::Certificate['mariadb']],
    # It waits for the other machines before it starts; a machine alone tries until they are there.
    unit_settings => [
      'ExecStartPre=/usr/local/lib/oci/galera.py start',
      'EnvironmentFile=-/run/oci-galera/new-cluster',
      'Restart=always',
    ],
    before        => Class['mysql::server::root_password'],
  }

  class { 'ocinstaller::profile::mariadb::databases':
    databases => $ocinstaller::databases,
    require   => Class['mysql::server'],
  }
  contain ocinstaller::profile::mariadb::databases
}
