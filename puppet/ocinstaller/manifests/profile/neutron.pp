# @summary The network service.
#
# The parts are those that OCI's placement put on this machine. They share one configuration, which is
# complete before the first of them starts.
class ocinstaller::profile::neutron {
  $parts = {
    'neutron-server'            => 'server',
    'neutron-openvswitch-agent' => 'openvswitch_agent',
    'neutron-l3-agent'          => 'l3_agent',
    'neutron-metadata-agent'    => 'metadata_agent',
    'neutron-dhcp-agent'        => 'dhcp_agent',
    'neutron-metering-agent'    => 'metering_agent',
  }

  $parts.each |$service, $part| {
    if $service in $ocinstaller::services {
      contain "ocinstaller::profile::neutron::${part}"
    }
  }
}
