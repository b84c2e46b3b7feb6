# @summary How Swift's servers copy data bases and objects to each other.
class ocinstaller::profile::swift_rsync {
  require ocinstaller::swift

  $stores = ['swiftstore', 'swiftproxy'].reduce([]) |$known, $role| {
    $known + pick($ocinstaller::members[$role], []).reduce([]) |$found, $member| {
      $found + $member['addresses']
    }
  }

  file { '/etc/rsyncd.conf':
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('ocinstaller/swift/rsyncd.conf.epp', {
        'address'     => $ocinstaller::machine_address,
        'stores'      => $stores.unique,
        'connections' => ocinstaller::setting('swift_rsync_connection_limit', 16),
    }),
  }

  ocinstaller::service { 'rsync':
    restart_on => [File['/etc/rsyncd.conf']],
  }
}
