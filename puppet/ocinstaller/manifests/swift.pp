# @summary What all of Swift's services on a machine share: swift.conf, rings and disks.
#
# Rings come from OCI by the machine's own agent, which a timer starts; Swift's services notice new
# ones by themselves.
#
# @param policies
#   Storage policies beside the first one, by number.
class ocinstaller::swift (
  Hash[Integer[1], Hash[String[1], Variant[String[1], Integer]]] $policies = ocinstaller::swift_policies(),
) {
  $rings = ['account', 'container', 'object'] + $policies.keys.map |$number| { "object-${number}" }

  Oci_packages[$ocinstaller::role] -> Class['ocinstaller::swift']

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
      ;
    '/etc/swift/swift.conf':
      group     => 'swift',
      mode      => '0640',
      show_diff => false,
      backup    => false,
      content   => Sensitive(epp('ocinstaller/swift/swift.conf.epp', {
            'prefix'   => ocinstaller::secret('swift_hash_prefix').unwrap,
            'suffix'   => ocinstaller::secret('swift_hash_suffix').unwrap,
            'policies' => $policies,
      })),
      ;
    '/etc/systemd/system/oci-swift-rings.service':
      source => 'puppet:///modules/ocinstaller/swift/oci-swift-rings.service',
      ;
    '/etc/systemd/system/oci-swift-rings.timer':
      source => 'puppet:///modules/ocinstaller/swift/oci-swift-rings.timer',
      ;
  }
  ~> exec { 'units of the rings':
    command     => ['/usr/bin/systemctl', 'daemon-reload'],
    refreshonly => true,
  }

  exec { 'first rings':
    command   => ['/usr/bin/python3', '-m', 'ocinstaller.agent', 'rings'],
    creates   => $rings.map |$ring| { "/etc/swift/${ring}.ring.gz" },
    timeout   => 180,
    # The first rings need the disks of enough stores to be known.
    tries     => 12,
    try_sleep => 10,
    logoutput => on_failure,
    require   => Exec['units of the rings'],
  }
  -> service { 'oci-swift-rings.timer':
    ensure => running,
    enable => true,
  }

  # Only what is mounted: a file below the empty directory of a missing disk would fill the system's.
  pick($facts['oci_swift_disks'], []).each |$disk| {
    file { $disk:
      ensure => directory,
      owner  => 'swift',
      group  => 'swift',
      mode   => '0755',
    }
  }
}
