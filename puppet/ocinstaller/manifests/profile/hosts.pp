# @summary Names of the cluster's machines, also of those that came after this one was installed.
#
# Machines with haproxy reach the APIs and the data base through their own: nothing of that has to
# leave the cluster's network, and nothing waits when the virtual address moves.
class ocinstaller::profile::hosts {
  include ocinstaller::programs

  $program = '/usr/local/lib/oci/hosts.py'
  $wanted = '/etc/oci/hosts.json'
  $api = 'haproxy' in $ocinstaller::services ? {
    true    => { $ocinstaller::vip_hostname => $ocinstaller::machine_address },
    default => {},
  }
  $others = $ocinstaller::members.values.flatten.filter |$member| {
    $member['hostname'] != $ocinstaller::machine_hostname
  }

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
      ;
    '/etc/oci':
      ensure => directory,
      mode   => undef,
      ;
    $program:
      mode   => '0755',
      source => 'puppet:///modules/ocinstaller/hosts.py',
      ;
    $wanted:
      content => stdlib::to_json_pretty($others.reduce($api) |$known, $member| {
          $known + { $member['hostname'] => $member['address'] }
      }),
      ;
  }
  -> exec { 'names of the machines of the cluster':
    command => [$program, $wanted],
    unless  => [[$program, '--check', $wanted]],
  }
}
