# @summary What every machine has: trust in OCI's certificate authority.
class ocinstaller::profile::base {
  exec { 'trust the OCI root CA':
    command => ['/usr/sbin/update-ca-certificates'],
    creates => $ocinstaller::ca_file,
  }
}
