# @summary What every machine has: trust in OCI's certificate authority, and a firewall.
class ocinstaller::profile::base {
  exec { 'trust the OCI root CA':
    command => ['/usr/sbin/update-ca-certificates'],
    creates => $ocinstaller::ca_file,
  }

  if $ocinstaller::api_ca {
    file { $ocinstaller::api_ca_file:
      ensure  => file,
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      content => $ocinstaller::api_ca,
    }
  }

  contain ocinstaller::profile::firewall
  contain ocinstaller::profile::hosts
}
