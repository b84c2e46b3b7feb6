# @summary Swift's container server: which objects a container has.
class ocinstaller::profile::swift_container {
  ocinstaller::swift::server { 'container':
    port    => 6001,
    daemons => ['auditor', 'replicator', 'sharder', 'sync', 'updater'],
  }
}
