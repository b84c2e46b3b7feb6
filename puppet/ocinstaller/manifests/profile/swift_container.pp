# @summary Swift's container server: which objects a container has.
class ocinstaller::profile::swift_container {
  # The reconciler moves objects between policies; there is only one without erasure coding.
  $reconciler = ocinstaller::swift_policies() ? {
    {}      => { 'run' => [], 'idle' => ['reconciler'] },
    default => { 'run' => ['reconciler'], 'idle' => [] },
  }

  ocinstaller::swift::server { 'container':
    port    => 6001,
    daemons => ['auditor', 'replicator', 'sharder', 'sync', 'updater'] + $reconciler['run'],
    idle    => $reconciler['idle'],
  }
}
