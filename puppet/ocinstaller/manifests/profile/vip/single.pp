# @summary The API's virtual address on a cluster with a single controller.
#
# systemd-networkd gets the address as an addition to the interface's own configuration, so that it
# survives reboots and restarts of the network.
#
# @param ensure
#   Whether networkd configures the address.
class ocinstaller::profile::vip::single (
  Enum['present', 'absent'] $ensure = 'present',
) {
  # An address that is a network of its own is announced by routing and sits on lo.
  $lone = $ocinstaller::vip_prefix in [32, 128]
  $interface = $lone ? {
    true    => 'lo',
    default => $ocinstaller::vip_interface,
  }
  $network_file = $facts['oci_networkd'][$interface]

  if $network_file == undef and !$lone {
    $known = $facts['oci_networkd'].keys.join(', ')
    fail("vip_interface ${interface} is not configured by systemd-networkd here; those that are: ${known}")
  }

  $address = "Address=${ocinstaller::vip_address}/${ocinstaller::vip_prefix}"

  if $network_file {
    $directory = "/etc/systemd/network/${regsubst($network_file, '^.*/', '')}.d"
    $file = "${directory}/50-oci-vip.conf"
    $content = "[Network]\n${address}\n"

    if $ensure == 'present' {
      file { $directory:
        ensure => directory,
        owner  => 'root',
        group  => 'root',
        mode   => '0755',
        before => File[$file],
      }
    }
  } else {
    $file = '/etc/systemd/network/50-oci-vip.network'
    $content = "[Match]\nName=lo\n\n[Network]\nKeepConfiguration=yes\n${address}\n"
  }

  file { $file:
    ensure  => $ensure,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => $content,
    notify  => Exec['networkd takes the virtual address'],
  }

  exec { 'networkd takes the virtual address':
    command     => ['/usr/bin/networkctl', 'reload'],
    refreshonly => true,
  }
}
