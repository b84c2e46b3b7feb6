# @summary Virtual machines.
#
# For laboratories without virtualisation the machine's setting compute_driver has an emulator run
# virtual machines (qemu), or has them only pretended (fake): messages, placement and networks' ports
# are real then. Nothing chooses either by itself, and `openstack hypervisor list` shows the second.
class ocinstaller::profile::nova::compute {
  include ocinstaller::profile::nova::common

  $vnc_url = "https://${ocinstaller::vip_hostname}${ocinstaller::apis['nova-novncproxy']['prefix']}/vnc_lite.html"

  class { 'nova::compute':
    manage_service                => false,
    vncserver_proxyclient_address => $ocinstaller::machine_hostname,
    reserved_host_memory          => ocinstaller::setting('nova_reserved_host_memory_mb', 16384),
    reserved_host_disk            => ocinstaller::setting('nova_reserved_host_disk_mb', 10240),
    update_resources_interval     => ocinstaller::setting('nova_update_resources_interval', 300),
    resize_confirm_window         => ocinstaller::setting('nova_resize_confirm_window', 0),
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
    contain ocinstaller::profile::nova::libvirt
  }

  ocinstaller::service { 'nova-compute':
    restart_on => [Anchor['nova::config::end'], Ocinstaller::Certificate['nova']],
  }
}
