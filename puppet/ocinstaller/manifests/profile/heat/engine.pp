# @summary Makes and changes what stacks describe.
#
# @param workers
#   Worker processes.
class ocinstaller::profile::heat::engine (
  Integer[1] $workers = ocinstaller::workers(),
) {
  include ocinstaller::profile::heat::common

  $cfn = ocinstaller::api_url('heat-api-cfn')

  class { 'heat::engine':
    manage_service                => false,
    # AES-256 takes the first 32 characters.
    auth_encryption_key           => ocinstaller::secret('heat_encryption').unwrap[0, 32],
    heat_metadata_server_url      => $cfn,
    heat_waitcondition_server_url => "${cfn}/v1/waitcondition",
    num_engine_workers            => $workers,
  }

  ocinstaller::service { 'heat-engine':
    restart_on => [Anchor['heat::config::end']],
    require    => Ocinstaller::Schema['heat'],
  }
}
