# @summary Virtual switches: tunnels between the machines, and the way to networks outside.
#
# The machine's setting openvswitch_datapath=netdev has switches run without the kernel's help: for
# laboratories whose kernel has no openvswitch module. Nothing chooses that by itself.
class ocinstaller::profile::neutron::openvswitch_agent {
  include ocinstaller::profile::neutron::common

  $dvr = ocinstaller::setting('neutron_use_dvr', true)
  $datapath = ocinstaller::setting('openvswitch_datapath', 'system')

  ocinstaller::service { 'openvswitch-switch':
    restart_on => [Anchor['neutron::install::end']],
  }

  $ocinstaller::bridges.each |$known| {
    $bridge = $known['bridge']
    $interface = $known['interface']

    exec { "${interface} is a port of ${bridge}":
      command => ['/usr/bin/ovs-vsctl', '--timeout=60',
        '--if-exists', 'del-port', $interface,
        '--', '--may-exist', 'add-br', $bridge,
        '--', 'set', 'Bridge', $bridge, "datapath_type=${datapath}",
        '--', 'add-port', $bridge, $interface],
      unless  => "/usr/bin/test \"$(/usr/bin/ovs-vsctl --timeout=60 iface-to-br ${interface})\" = ${bridge}",
      require => Ocinstaller::Service['openvswitch-switch'],
      before  => Ocinstaller::Service['neutron-openvswitch-agent'],
    }
  }

  class { 'neutron::agents::ml2::ovs':
    manage_service             => false,
    manage_vswitch             => false,
    local_ip                   => $ocinstaller::tunnel_address,
    bridge_mappings            => $ocinstaller::bridges.map |$known| { "${known['physical']}:${known['bridge']}" },
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
