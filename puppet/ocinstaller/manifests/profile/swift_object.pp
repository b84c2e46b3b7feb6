# @summary Swift's object server: the objects themselves.
class ocinstaller::profile::swift_object {
  $erasure_coded = ocinstaller::swift_policies() ? {
    {}      => { 'run' => [], 'idle' => ['reconstructor'] },
    default => { 'run' => ['reconstructor'], 'idle' => [] },
  }

  ocinstaller::swift::server { 'object':
    port     => 6200,
    daemons  => ['auditor', 'replicator', 'updater'] + $erasure_coded['run'],
    idle     => $erasure_coded['idle'],
    settings => {
      'DEFAULT'           => {
        'servers_per_port'   => ocinstaller::setting('servers_per_port', 0),
        'network_chunk_size' => ocinstaller::setting('network_chunk_size', 65535),
        'disk_chunk_size'    => ocinstaller::setting('disk_chunk_size', 524288),
      },
      'object-replicator' => {
        'concurrency' => ocinstaller::setting('swift_object_replicator_concurrency', 5),
      },
    },
  }
}
