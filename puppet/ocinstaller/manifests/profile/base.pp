# @summary What every machine has: trust in OCI's certificate authority, and a firewall.
#
# Root's password is set where the site's plug-in keeps it; otherwise it is left alone.
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

  if $ocinstaller::secrets['root_password_hash'] {
    user { 'root':
      password => Sensitive($ocinstaller::secrets['root_password_hash']),
    }
  }

  contain ocinstaller::profile::firewall
  contain ocinstaller::profile::hosts
}
