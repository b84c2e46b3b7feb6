# @summary Virtual machines.
#
# The machine's setting compute_driver=fake has virtual machines only pretended, for laboratories
# without virtualisation: messages, placement and networks' ports are real. Nothing chooses that by
# itself, and `openstack hypervisor list` shows it.
class ocinstaller::profile::nova::compute {
  include ocinstaller::profile::nova::common

  $vnc_url = "https://${ocinstaller::vip_hostname}${ocinstaller::apis['nova-novncproxy']['prefix']}/vnc_lite.html"

  class { 'nova::compute':
    manage_service                => false,
    vncserver_proxyclient_address => $ocinstaller::machine_hostname,
  }
  nova_config { 'vnc/novncproxy_base_url':
    value => $vnc_url,
  }
  contain nova::compute

  # The package's own choice of a driver, which would outdo that of nova.conf.
  file { '/etc/nova/nova-compute.conf':
    ensure  => file,
    owner   => 'root',
    group   => 'nova',
    mode    => '0640',
    content => "# Written by Puppet for OCI: everything stands in nova.conf.\n[DEFAULT]\n",
    require => Anchor['nova::install::end'],
    notify  => Anchor['nova::config::end'],
  }

  if ocinstaller::setting('compute_driver', 'libvirt') == 'fake' {
    nova_config { 'DEFAULT/compute_driver':
      value => 'fake.FakeDriver',
    }
  } else {
    class { 'nova::compute::libvirt':
      virt_type               => 'kvm',
      vncserver_listen        => $ocinstaller::machine_address,
      manage_libvirt_services => false,
    }
  }

  ocinstaller::service { 'nova-compute':
    restart_on => [Anchor['nova::config::end'], Ocinstaller::Certificate['nova']],
  }
}
