# @summary Virtual switches: tunnels between the machines, and the way to networks outside.
#
# @param userspace
#   Whether switches run without the kernel's help: for laboratories whose kernel has no
#   openvswitch module. Set it with Hiera, never by itself.
class ocinstaller::profile::neutron::openvswitch_agent (
  Boolean $userspace = $facts['oci_userspace_switch'] == 'yes',
) {
  include ocinstaller::profile::neutron::common

  $routes = 'neutron-l3-agent' in $ocinstaller::services
  $dvr = $ocinstaller::settings['neutron_use_dvr'] in [true, 'yes']
  $datapath = $userspace ? {
    true    => 'netdev',
    default => $facts['os_service_default'],
  }

  ocinstaller::service { 'openvswitch-switch':
    restart_on => [Anchor['neutron::install::end']],
  }

  class { 'neutron::agents::ml2::ovs':
    manage_service             => false,
    manage_vswitch             => false,
    local_ip                   => $ocinstaller::machine_address,
    tunnel_types               => ['vxlan'],
    l2_population              => true,
    arp_responder              => true,
    enable_distributed_routing => $dvr,
    firewall_driver            => 'openvswitch',
    datapath_type              => $datapath,
  }

  ocinstaller::service { 'neutron-openvswitch-agent':
    restart_on => [Anchor['neutron::config::end']],
    require    => Ocinstaller::Service['openvswitch-switch'],
  }
}
