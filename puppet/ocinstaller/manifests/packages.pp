# @summary Installs all packages of a role in one transaction.
#
# One apt run for everything takes a fraction of the time of one run per package. Services are not
# started by their packages: they would run with Debian's configuration, only to be restarted with
# ours a moment later. With SYSTEMD_OFFLINE systemctl accepts what maintainer scripts ask for and
# does nothing (systemctl(1), environment); Puppet starts each service once it is configured.
#
# @param names
#   Names of the packages.
# @param timeout_s
#   Seconds that download and installation may take.
define ocinstaller::packages (
  Array[String[1], 1] $names,
  Integer[1]          $timeout_s = 1800,
) {
  $present = [['/usr/bin/dpkg-query', '--show'] + $names]

  exec { "${title}: package lists":
    command => ['/usr/bin/apt-get', '--quiet', 'update'],
    unless  => $present,
    timeout => $timeout_s,
  }
  -> exec { "${title}: packages":
    command     => [
      '/usr/bin/apt-get', '--quiet', '--yes', '--no-install-recommends',
      '--option', 'Dpkg::Options::=--force-confold', '--option', 'Dpkg::Use-Pty=0',
      'install',
    ] + $names,
    environment => ['DEBIAN_FRONTEND=noninteractive', 'SYSTEMD_OFFLINE=1'],
    unless      => $present,
    timeout     => $timeout_s,
  }
  ~> exec { "${title}: systemd units of the new packages":
    command     => ['/usr/bin/systemctl', 'daemon-reload'],
    refreshonly => true,
  }

  # The modules below declare some packages outside the classes that a role can put in order.
  Exec["${title}: packages"] -> Package<| |>
}
