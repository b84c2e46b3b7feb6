# @summary One of Swift's three kinds of servers with its daemons.
#
# The title is its kind: account, container or object.
#
# @param port
#   Where the server listens.
# @param daemons
#   What runs beside it: names of units without the kind.
# @param idle
#   Daemons of the package that this cluster does not need.
# @param settings
#   Further lines of its configuration, by section.
define ocinstaller::swift::server (
  Stdlib::Port                                                    $port,
  Array[String[1]]                                                $daemons,
  Array[String[1]]                                                $idle     = [],
  Hash[String[1], Hash[String[1], Variant[String[1], Integer]]]   $settings = {},
) {
  require ocinstaller::swift

  $file = "/etc/swift/${title}-server.conf"

  file { $file:
    ensure  => file,
    owner   => 'root',
    group   => 'swift',
    mode    => '0640',
    content => epp('ocinstaller/swift/server.conf.epp', {
        'kind'     => $title,
        'address'  => $ocinstaller::machine_address,
        'port'     => $port,
        'workers'  => ocinstaller::setting('swift_storage_workers', min(4, $facts['processors']['count'])),
        'daemons'  => $daemons,
        'settings' => $settings,
    }),
  }

  (["swift-${title}"] + $daemons.map |$daemon| { "swift-${title}-${daemon}" }).each |$unit| {
    ocinstaller::service { $unit:
      restart_on => [File[$file], File['/etc/swift/swift.conf']],
    }
  }

  $idle.each |$daemon| {
    service { "swift-${title}-${daemon}":
      ensure => stopped,
      enable => false,
    }
  }
}
