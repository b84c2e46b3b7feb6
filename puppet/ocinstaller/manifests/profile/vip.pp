# @summary The API's virtual address on a cluster with a single controller.
#
# systemd-networkd gets the address as an addition to the interface's own configuration, so that it
# survives reboots and restarts of the network.
class ocinstaller::profile::vip {
  unless $ocinstaller::vip_address and $ocinstaller::vip_prefix and $ocinstaller::vip_interface {
    fail("cluster ${ocinstaller::cluster_name} has no virtual address for its API")
  }

  $interface = $ocinstaller::vip_interface
  $network_file = $facts['oci_networkd'][$interface]

  if $network_file == undef {
    $known = $facts['oci_networkd'].keys.join(', ')
    fail("vip_interface ${interface} is not configured by systemd-networkd here; those that are: ${known}")
  }

  $directory = "/etc/systemd/network/${regsubst($network_file, '^.*/', '')}.d"

  file { $directory:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  file { "${directory}/50-oci-vip.conf":
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => "[Network]\nAddress=${ocinstaller::vip_address}/${ocinstaller::vip_prefix}\n",
    notify  => Exec['networkd takes the virtual address'],
  }

  exec { 'networkd takes the virtual address':
    command     => ['/usr/bin/networkctl', 'reload'],
    refreshonly => true,
  }
}
