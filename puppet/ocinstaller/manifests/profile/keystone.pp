# @summary The identity service, behind haproxy and over TLS.
#
# Each step asks whether its result is there already instead of relying on a notification, so that
# a run that breaks off in the middle is completed by the next one.
#
# @param processes
#   Worker processes; each takes about 125 MiB.
# @param threads
#   Threads of each worker.
class ocinstaller::profile::keystone (
  Integer[1] $processes = 2,
  Integer[1] $threads   = 16,
) {
  $address = $ocinstaller::machine_address
  $hostname = $ocinstaller::machine_hostname
  $tls = '/etc/keystone/oci'
  $url = "https://${ocinstaller::vip_hostname}:5000/v3"
  $database_password = ocinstaller::secret('keystone_db')
  $rabbitmq_password = ocinstaller::secret('rabbitmq_keystone')

  class { 'keystone::db':
    database_connection => "mysql+pymysql://keystone:${database_password.unwrap}@${hostname}/keystone?charset=utf8&ssl_ca=${ocinstaller::ca_file}",
  }

  # MariaDB reports "utf8" back as utf8mb3; asking for the alias would look like a change for ever.
  class { 'keystone::db::mysql':
    password      => $database_password.unwrap,
    host          => $address,
    allowed_hosts => $ocinstaller::controllers.map |$controller| { $controller['address'] },
    charset       => 'utf8mb3',
    collate       => 'utf8mb3_general_ci',
  }

  class { 'keystone::cache':
    enabled          => true,
    backend          => 'dogpile.cache.pymemcache',
    memcache_servers => ['127.0.0.1:11211'],
  }

  class { 'keystone':
    manage_service               => false,
    sync_db                      => false,
    public_endpoint              => "https://${ocinstaller::vip_hostname}:5000",
    enable_proxy_headers_parsing => true,
    default_transport_url        => "rabbit://keystone:${rabbitmq_password.unwrap}@${hostname}:5671/",
    rabbit_use_ssl               => true,
    kombu_ssl_ca_certs           => $ocinstaller::ca_file,
    rabbit_quorum_queue          => true,
    notification_driver          => 'noop',
    fernet_keys                  => {
      '/etc/keystone/fernet-keys/0' => { 'content' => ocinstaller::secret('keystone_fernet_0') },
      '/etc/keystone/fernet-keys/1' => { 'content' => ocinstaller::secret('keystone_fernet_1') },
    },
    credential_keys              => {
      '/etc/keystone/credential-keys/0' => { 'content' => ocinstaller::secret('keystone_credential_0') },
      '/etc/keystone/credential-keys/1' => { 'content' => ocinstaller::secret('keystone_credential_1') },
    },
  }
  contain keystone

  ocinstaller::certificate { 'keystone':
    directory => $tls,
    group     => 'keystone',
    require   => Anchor['keystone::install::end'],
  }

  class { 'keystone::wsgi::uwsgi':
    processes => $processes,
    threads   => $threads,
  }
  keystone_uwsgi_config { 'uwsgi/https-socket':
    value => "${address}:5000,${tls}/cert.pem,${tls}/key.pem",
  }

  class { 'ocinstaller::profile::keystone::bootstrap':
    url               => $url,
    database_host     => $hostname,
    database_password => $database_password,
    admin_password    => ocinstaller::secret('keystone_admin'),
  }
  contain ocinstaller::profile::keystone::bootstrap

  ocinstaller::service { 'keystone':
    restart_on    => [Anchor['keystone::config::end'], Ocinstaller::Certificate['keystone']],
    # Debian's init script would listen on all addresses, and so on haproxy's too.
    unit_settings => ['ExecStart=', 'ExecStart=/usr/bin/uwsgi_python3 --ini /etc/keystone/keystone-uwsgi.ini'],
    require       => Class['ocinstaller::profile::keystone::bootstrap'],
  }
}
