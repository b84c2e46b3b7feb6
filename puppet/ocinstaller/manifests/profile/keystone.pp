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
  $tls = '/etc/keystone/oci'

  class { 'keystone::db':
    database_connection => ocinstaller::database_url('keystone').unwrap,
  }

  class { 'keystone::cache':
    enabled          => true,
    backend          => 'dogpile.cache.pymemcache',
    memcache_servers => ['127.0.0.1:11211'],
  }

  class { 'keystone':
    manage_service               => false,
    sync_db                      => false,
    public_endpoint              => ocinstaller::api_url('keystone'),
    enable_proxy_headers_parsing => true,
    default_transport_url        => ocinstaller::transport_url('keystone').unwrap,
    rabbit_use_ssl               => true,
    kombu_ssl_ca_certs           => $ocinstaller::ca_file,
    rabbit_quorum_queue          => true,
    notification_driver          => 'noop',
    # Keystone makes tokens with the key of the highest number and keeps 0 for later. Written from the
    # oldest on, so that no key is missing at any moment while OCI's rotation arrives.
    fernet_max_active_keys       => 4,
    fernet_keys                  => {
      '/etc/keystone/fernet-keys/1' => { 'content' => ocinstaller::secret('keystone_fernet_3') },
      '/etc/keystone/fernet-keys/2' => { 'content' => ocinstaller::secret('keystone_fernet_2') },
      '/etc/keystone/fernet-keys/3' => { 'content' => ocinstaller::secret('keystone_fernet_1') },
      '/etc/keystone/fernet-keys/0' => { 'content' => ocinstaller::secret('keystone_fernet_0') },
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
    url               => ocinstaller::api_url('keystone', '/v3'),
    database_host     => $ocinstaller::vip_hostname,
    database_password => ocinstaller::secret('keystone_db'),
    admin_password    => ocinstaller::secret('keystone_admin'),
  }
  contain ocinstaller::profile::keystone::bootstrap

  ocinstaller::service { 'keystone':
    restart_on    => [Anchor['keystone::config::end'], Ocinstaller::Certificate['keystone']],
    # Debian's init script would listen on all addresses, and so on haproxy's too.
    unit_settings => ['ExecStart=', 'ExecStart=/usr/bin/uwsgi_python3 --ini /etc/keystone/keystone-uwsgi.ini'],
    require       => Class['ocinstaller::profile::keystone::bootstrap'],
  }

  ocinstaller::answers { 'keystone':
    require => Ocinstaller::Service['keystone'],
  }

  if $ocinstaller::is_bootstrap {
    class { 'ocinstaller::profile::keystone::identities':
      require => Ocinstaller::Answers['keystone'],
    }
    contain ocinstaller::profile::keystone::identities
  }
}
