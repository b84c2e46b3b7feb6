# @summary Consoles of virtual machines in the browser.
#
# Between the proxy and the compute machines both sides show certificates (VeNCrypt).
class ocinstaller::profile::nova::novncproxy {
  include ocinstaller::profile::nova::common

  class { 'nova::vncproxy':
    manage_service => false,
    host           => $ocinstaller::machine_address,
    allow_noauth   => false,
    allow_vencrypt => true,
    vencrypt_ca    => $ocinstaller::ca_file,
    vencrypt_cert  => '/etc/nova/oci/cert.pem',
    vencrypt_key   => '/etc/nova/oci/key.pem',
  }

  ocinstaller::service { 'nova-novncproxy':
    restart_on => [Anchor['nova::config::end'], Ocinstaller::Certificate['nova']],
    require    => Ocinstaller::Schema['nova_api'],
  }
}
