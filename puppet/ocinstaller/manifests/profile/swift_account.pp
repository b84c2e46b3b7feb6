# @summary Swift's account server: which containers an account has.
class ocinstaller::profile::swift_account {
  ocinstaller::swift::server { 'account':
    port    => 6002,
    daemons => ['auditor', 'reaper', 'replicator'],
  }
}
