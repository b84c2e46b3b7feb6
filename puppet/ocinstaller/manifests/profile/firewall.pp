# @summary Ports that only machines of the cluster may reach are closed to all others.
#
# Which they are says OCI's table of services. The rules are in a table of their own: what others,
# such as Neutron, put into theirs stays.
class ocinstaller::profile::firewall {
  $ports = $ocinstaller::ports.filter |$port| { $port['reach'] != 'everyone' }
  $everybody = $ocinstaller::members.values.flatten
  $api = [$ocinstaller::vip_address].filter |$address| { $address =~ NotUndef }
  $vips = $api + $ocinstaller::other_vips.values.map |$vip| { $vip['address'] }
  $services = unique($ports.filter |$port| { $port['reach'] == 'peers' }.map |$port| { $port['service'] })

  $members = { 'members' => unique($everybody.map |$member| { $member['addresses'] }.flatten + $vips) }
  $sources = $services.reduce($members) |$known, $service| {
    $names = $ocinstaller::peers[$service].map |$peer| { $peer['hostname'] }
    $hosts = $everybody.filter |$member| { $member['hostname'] in $names }
    $known + {
      "peers_${regsubst($service, '-', '_', 'G')}" => $hosts.map |$member| { $member['addresses'] }.flatten,
    }
  }

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
      ;
    '/etc/nftables.d':
      ensure => directory,
      mode   => '0755',
      ;
    '/etc/nftables.d/oci.nft':
      content      => epp('ocinstaller/firewall.nft.epp', { 'ports' => $ports, 'sources' => $sources }),
      validate_cmd => '/usr/sbin/nft --check --file %',
      ;
    '/etc/systemd/system/oci-firewall.service':
      content => file('ocinstaller/oci-firewall.service'),
      ;
  }

  exec { 'unit of oci-firewall':
    command     => ['/usr/bin/systemctl', 'daemon-reload'],
    refreshonly => true,
    subscribe   => File['/etc/systemd/system/oci-firewall.service'],
  }
  -> ocinstaller::service { 'oci-firewall':
    restart_on => [File['/etc/nftables.d/oci.nft'], File['/etc/systemd/system/oci-firewall.service']],
  }
}
