# @summary What virtual machines ask about themselves; the agents on the network forward it.
#
# @param processes
#   Worker processes.
class ocinstaller::profile::nova::metadata (
  Integer[1] $processes = ocinstaller::workers(),
) {
  include ocinstaller::profile::nova::common

  class { 'nova::metadata':
    neutron_metadata_proxy_shared_secret => ocinstaller::secret('metadata_proxy').unwrap,
  }

  ocinstaller::wsgi { 'nova-api-metadata':
    project   => 'nova',
    settings  => 'nova_api_metadata_uwsgi_config',
    port      => 8775,
    processes => $processes,
    threads   => 1,
    after     => [Ocinstaller::Schema['nova_api']],
  }
}
