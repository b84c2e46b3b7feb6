# @summary A service that runs with its present configuration, restarted no more often than needed.
#
# A service that runs already is restarted before Puppet looks at it; one that does not is just
# started, where notifying the service itself would start it and restart it at once.
#
# @param restart_on
#   Resources that the service reads when it starts.
# @param unit_settings
#   Lines for the [Service] section of the unit, beside those of its package.
# @param reload
#   Whether the service can take over a new configuration without interruption.
define ocinstaller::service (
  Array[Type[Catalogentry], 1] $restart_on,
  Array[String[1]]             $unit_settings = [],
  Boolean                      $reload        = false,
) {
  $verb = $reload ? {
    true    => 'try-reload-or-restart',
    default => 'try-restart',
  }

  exec { "${verb} ${title}":
    command     => ['/usr/bin/systemctl', $verb, "${title}.service"],
    refreshonly => true,
    subscribe   => $restart_on,
  }
  -> service { $title:
    ensure => running,
    enable => true,
  }

  unless $unit_settings.empty {
    file { "/etc/systemd/system/${title}.service.d":
      ensure => directory,
      owner  => 'root',
      group  => 'root',
      mode   => '0755',
    }
    -> file { "/etc/systemd/system/${title}.service.d/oci.conf":
      ensure  => file,
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      content => "[Service]\n${unit_settings.join("\n")}\n",
    }
    ~> exec { "unit of ${title}":
      command     => ['/usr/bin/systemctl', 'daemon-reload'],
      refreshonly => true,
    }
    ~> Exec["${verb} ${title}"]
  }
}
