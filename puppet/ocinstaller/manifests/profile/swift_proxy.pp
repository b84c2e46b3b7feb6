# @summary Swift's API with Keystone's users, and Amazon's S3 API.
#
# The proxy itself speaks plain HTTP on the loopback; a haproxy of its own takes the TLS connections
# of the cluster's haproxy, as Swift's manual advises.
#
# @param port
#   Where the cluster's haproxy connects.
# @param plain_port
#   Where the proxy listens on the loopback.
class ocinstaller::profile::swift_proxy (
  Stdlib::Port $port       = 8080,
  Stdlib::Port $plain_port = 8081,
) {
  require ocinstaller::swift

  $tls = '/etc/swift/tls'
  $key_id = ocinstaller::setting('swift_encryption_key_id', '')
  $identity = {
    'url'      => ocinstaller::api_url('keystone', '/v3'),
    'user'     => 'swift',
    'password' => ocinstaller::secret('swift_service').unwrap,
    'project'  => 'services',
  }

  file {
    default:
      ensure    => file,
      owner     => 'root',
      group     => 'swift',
      mode      => '0640',
      show_diff => false,
      backup    => false,
      ;
    '/etc/swift/proxy-server.conf':
      content => Sensitive(epp('ocinstaller/swift/proxy-server.conf.epp', {
            'port'          => $plain_port,
            'workers'       => ocinstaller::setting('swift_proxy_workers', min(8, $facts['processors']['count'])),
            'caches'        => ocinstaller::swift_caches(),
            'identity'      => $identity,
            'ca_file'       => $ocinstaller::api_ca_file,
            'region'        => $ocinstaller::region_name,
            'public_cloud'  => ocinstaller::setting('swift_public_cloud_middlewares', false),
            'encrypted'     => !$key_id.empty,
            'no_encryption' => ocinstaller::setting('swift_disable_encryption', true),
      })),
      ;
    '/etc/swift/kms_keymaster.conf':
      ensure  => stdlib::ensure(!$key_id.empty, 'file'),
      content => Sensitive(epp('ocinstaller/swift/kms_keymaster.conf.epp', {
            'key_id'   => $key_id,
            'identity' => $identity,
            'region'   => $ocinstaller::region_name,
      })),
      ;
    "${tls}/haproxy.cfg":
      mode    => '0644',
      content => epp('ocinstaller/swift/haproxy.cfg.epp', {
          'address'    => $ocinstaller::machine_address,
          'port'       => $port,
          'plain_port' => $plain_port,
      }),
      ;
    "${tls}/machine.pem":
      mode   => '0600',
      source => "/etc/ssl/oci/${ocinstaller::machine_hostname}.pem",
      ;
    $tls:
      ensure => directory,
      mode   => '0755',
      ;
    '/etc/systemd/system/oci-swift-tls.service':
      group  => 'root',
      mode   => '0644',
      source => 'puppet:///modules/ocinstaller/swift/oci-swift-tls.service',
      ;
  }

  exec { 'unit of the TLS side of Swift':
    command     => ['/usr/bin/systemctl', 'daemon-reload'],
    refreshonly => true,
    subscribe   => File['/etc/systemd/system/oci-swift-tls.service'],
  }

  ocinstaller::service { 'swift-proxy':
    restart_on => [
      File['/etc/swift/proxy-server.conf'],
      File['/etc/swift/kms_keymaster.conf'],
      File['/etc/swift/swift.conf'],
    ],
  }

  ocinstaller::service { 'oci-swift-tls':
    restart_on => [
      File["${tls}/haproxy.cfg"],
      File["${tls}/machine.pem"],
      Exec['unit of the TLS side of Swift'],
    ],
    reload     => true,
  }
}
