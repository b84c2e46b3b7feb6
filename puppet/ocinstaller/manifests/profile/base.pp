# @summary What every machine has: trust in OCI's certificate authority, and a firewall.
class ocinstaller::profile::base {
  exec { 'trust the OCI root CA':
    command => ['/usr/sbin/update-ca-certificates'],
    creates => $ocinstaller::ca_file,
  }

  contain ocinstaller::profile::firewall
  contain ocinstaller::profile::hosts
}
