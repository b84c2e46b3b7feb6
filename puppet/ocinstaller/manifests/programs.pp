# @summary Directory of OCI's own programs.
class ocinstaller::programs {
  file { '/usr/local/lib/oci':
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }
}
