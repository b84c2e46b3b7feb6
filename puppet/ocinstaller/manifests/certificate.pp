# @summary A service's own copy of this machine's certificate and key, readable by its user only.
#
# @param directory
#   Directory for `cert.pem` (leaf and intermediate) and `key.pem`; it is made.
# @param group
#   The service's group, which may read the key.
# @param certificates
#   Names of the files that the certificate is in, for programs that choose them.
# @param keys
#   Names of the files that its key is in.
define ocinstaller::certificate (
  Stdlib::Absolutepath $directory,
  String[1]            $group,
  Array[String[1], 1]  $certificates = ['cert.pem'],
  Array[String[1], 1]  $keys         = ['key.pem'],
) {
  $hostname = $ocinstaller::machine_hostname

  file { $directory:
    ensure => directory,
    owner  => 'root',
    group  => $group,
    mode   => '0750',
  }

  file { $certificates.map |$name| { "${directory}/${name}" }:
    ensure => file,
    source => "/etc/ssl/oci/${hostname}-chain.pem",
    owner  => 'root',
    group  => $group,
    mode   => '0640',
  }

  file { $keys.map |$name| { "${directory}/${name}" }:
    ensure    => file,
    source    => "/etc/ssl/private/${hostname}.key",
    owner     => 'root',
    group     => $group,
    mode      => '0640',
    show_diff => false,
    backup    => false,
  }
}
