# @summary A service's own copy of this machine's certificate and key, readable by its user only.
#
# @param directory
#   Directory for `cert.pem` (leaf and intermediate) and `key.pem`; it is made.
# @param group
#   The service's group, which may read the key.
define ocinstaller::certificate (
  Stdlib::Absolutepath $directory,
  String[1]            $group,
) {
  $hostname = $ocinstaller::machine_hostname

  file { $directory:
    ensure => directory,
    owner  => 'root',
    group  => $group,
    mode   => '0750',
  }

  file { "${directory}/cert.pem":
    ensure => file,
    source => "/etc/ssl/oci/${hostname}-chain.pem",
    owner  => 'root',
    group  => $group,
    mode   => '0640',
  }

  file { "${directory}/key.pem":
    ensure    => file,
    source    => "/etc/ssl/private/${hostname}.key",
    owner     => 'root',
    group     => $group,
    mode      => '0640',
    show_diff => false,
    backup    => false,
  }
}
