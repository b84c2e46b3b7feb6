# @summary Virtual machines.
#
# @param fake
#   Whether virtual machines are only pretended: for laboratories without virtualisation. Everything
#   else (messages, placement, networks' ports) is real. Set it with Hiera, never by itself.
class ocinstaller::profile::nova::compute (
  Boolean $fake = $facts['oci_fake_compute'] == 'yes',
) {
  include ocinstaller::profile::nova::common

  $vnc_url = "https://${ocinstaller::vip_hostname}/novnc/vnc_auto.html"

  class { 'nova::compute':
    manage_service                => false,
    vncserver_proxyclient_address => $ocinstaller::machine_hostname,
  }
  nova_config { 'vnc/novncproxy_base_url':
    value => $vnc_url,
  }
  contain nova::compute

  if $fake {
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
