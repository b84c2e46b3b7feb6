# @summary Deletes objects whose time has come; one machine of the cluster does that.
class ocinstaller::profile::swift_expirer {
  require ocinstaller::swift

  file { '/etc/swift/object-expirer.conf':
    ensure  => file,
    owner   => 'root',
    group   => 'swift',
    mode    => '0640',
    content => epp('ocinstaller/swift/object-expirer.conf.epp', {
        'caches' => ocinstaller::swift_caches(),
    }),
  }

  ocinstaller::service { 'swift-object-expirer':
    restart_on => [File['/etc/swift/object-expirer.conf'], File['/etc/swift/swift.conf']],
  }
}
