# @summary All data bases and their users, made at once.
#
# MariaDB's client reads them from a file that only root can read: its arguments are seen by all.
#
# @param databases
#   Data bases, each one's user, and the secret that is the user's password.
class ocinstaller::profile::mariadb::databases (
  Hash[String[1], Struct[{ user => String[1], secret => String[1] }]] $databases,
) {
  $owners = $databases.reduce({}) |$known, $pair| { $known + { $pair[0] => $pair[1]['user'] } }
  $directory = '/etc/mysql/oci-databases'
  $hashes = $databases.reduce({}) |$known, $pair| {
    $known + { $pair[1]['user'] => mysql::password(ocinstaller::secret($pair[1]['secret']).unwrap) }
  }

  file { $directory:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0700',
  }

  ['make', 'check'].each |$step| {
    file { "${directory}/${step}.sql":
      ensure    => file,
      owner     => 'root',
      group     => 'root',
      mode      => '0600',
      show_diff => false,
      backup    => false,
      content   => Sensitive(epp("ocinstaller/databases-${step}.sql.epp", { 'owners' => $owners, 'hashes' => $hashes })),
      before    => Exec['data bases and their users'],
    }
  }

  # Without the option, the client would end with status 0 whatever the file leads to.
  $mariadb = ['/usr/bin/mariadb', '--abort-source-on-error', '--execute']

  exec { 'data bases and their users':
    command   => $mariadb + ["source ${directory}/make.sql"],
    unless    => [$mariadb + ["source ${directory}/check.sql"]],
    timeout   => 120,
    logoutput => on_failure,
  }
}
