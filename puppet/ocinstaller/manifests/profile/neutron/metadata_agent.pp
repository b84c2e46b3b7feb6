# @summary Passes what virtual machines ask about themselves on to nova.
class ocinstaller::profile::neutron::metadata_agent {
  include ocinstaller::profile::neutron::common

  class { 'neutron::agents::metadata':
    manage_service    => false,
    shared_secret     => ocinstaller::secret('metadata_proxy').unwrap,
    metadata_host     => $ocinstaller::vip_hostname,
    metadata_port     => 8775,
    metadata_protocol => 'https',
    auth_ca_cert      => $ocinstaller::api_ca_file,
    metadata_workers  => ocinstaller::workers(),
  }

  ocinstaller::service { 'neutron-metadata-agent':
    restart_on => [Anchor['neutron::config::end']],
  }
}
