# @summary The API's virtual address, passed on between machines by corosync and pacemaker.
#
# Only machines of the majority carry it: one that is cut off lets it go.
#
# @param token_ms
#   Milliseconds without a sign of life after which the others take a machine for lost.
# @param patience
#   Seconds that a machine waits for the majority.
class ocinstaller::profile::vip::shared (
  Integer[1000] $token_ms = 3000,
  Integer[10]   $patience = 1200,
) {
  $lone = $ocinstaller::vip_prefix in [32, 128]
  $interface = $lone ? {
    true    => 'lo',
    default => $ocinstaller::vip_interface,
  }
  $resources = '/etc/corosync/oci-resources.xml'

  # A controller that was alone keeps the address until there is a majority to care for it.
  class { 'ocinstaller::profile::vip::single':
    ensure  => 'absent',
    require => Exec['a majority of the controllers is there'],
    before  => Exec['the virtual address is in the care of pacemaker'],
  }
  contain ocinstaller::profile::vip::single

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      ;
    '/etc/corosync/authkey':
      mode      => '0400',
      backup    => false,
      show_diff => false,
      content   => ocinstaller::secret('corosync_key'),
      ;
    '/etc/corosync/corosync.conf':
      mode         => '0644',
      content      => epp('ocinstaller/corosync.conf.epp', {
          'cluster'  => $ocinstaller::cluster_name,
          'peers'    => $ocinstaller::members[$ocinstaller::role],
          'token_ms' => $token_ms,
      }),
      validate_cmd => '/usr/sbin/corosync -t -c %',
      require      => File['/etc/corosync/authkey'],
      ;
    $resources:
      mode    => '0644',
      content => epp('ocinstaller/pacemaker-resources.xml.epp', {
          'address'   => $ocinstaller::vip_address,
          'prefix'    => $ocinstaller::vip_prefix,
          'interface' => $interface,
      }),
      ;
  }

  ocinstaller::service { 'corosync':
    restart_on => [File['/etc/corosync/authkey'], File['/etc/corosync/corosync.conf']],
  }
  -> ocinstaller::service { 'pacemaker':
    restart_on => [File['/etc/corosync/authkey'], File['/etc/corosync/corosync.conf']],
  }
  -> exec { 'a majority of the controllers is there':
    command   => ['/usr/local/lib/oci/quorum.py'],
    unless    => [['/usr/local/lib/oci/quorum.py']],
    tries     => $patience / 5,
    try_sleep => 5,
    logoutput => on_failure,
    require   => File['/usr/local/lib/oci/quorum.py'],
  }
  -> exec { 'the virtual address is in the care of pacemaker':
    command   => ['/usr/sbin/cibadmin', '--modify', '--allow-create', '--scope', 'configuration', '--xml-file', $resources],
    unless    => [
      [
        '/usr/sbin/cibadmin', '--query', '--xpath',
        join([
            "//primitive[@id='oci-api-vip']/instance_attributes[nvpair[@name='ip' and @value='${ocinstaller::vip_address}']",
            "and nvpair[@name='nic' and @value='${interface}']]",
        ], ' '),
      ],
    ],
    tries     => 12,
    try_sleep => 5,
    logoutput => on_failure,
    require   => File[$resources],
  }

  include ocinstaller::programs

  file { '/usr/local/lib/oci/quorum.py':
    ensure => file,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
    source => 'puppet:///modules/ocinstaller/quorum.py',
  }
}
