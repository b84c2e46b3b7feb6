# @summary Virtual machines of libvirt and QEMU: what they look like, their screens, how they move.
class ocinstaller::profile::nova::libvirt {
  $emulated = ocinstaller::setting('compute_driver', 'libvirt') == 'qemu'
  $mode = $emulated ? {
    true    => 'none',
    default => ocinstaller::setting('cpu_mode', 'host-passthrough'),
  }
  $models = $mode ? {
    'custom' => [ocinstaller::setting('cpu_model', '')],
    default  => [],
  }
  $flags = ocinstaller::setting('cpu_model_extra_flags', '') ? {
    ''      => undef,
    default => ocinstaller::setting('cpu_model_extra_flags', ''),
  }

  # The package that emulates conflicts with the one that does not; both run the same QEMU.
  class { 'nova::compute::libvirt':
    virt_type               => 'kvm',
    cpu_mode                => $mode,
    cpu_models              => $models,
    cpu_model_extra_flags   => $flags,
    hw_machine_type         => "x86_64=${ocinstaller::setting('hw_machine_type', 'q35')}",
    num_pcie_ports          => ocinstaller::setting('nova_num_pcie_ports', 16),
    swtpm_enabled           => ocinstaller::setting('nova_swtpm_enabled', false),
    vncserver_listen        => $ocinstaller::machine_address,
    manage_libvirt_services => false,
  }
  if $emulated {
    Nova_config <| title == 'libvirt/virt_type' |> {
      value => 'qemu',
    }
  }

  class { 'nova::migration::libvirt':
    transport                           => 'tls',
    configure_libvirt                   => false,
    live_migration_inbound_addr         => $ocinstaller::machine_hostname,
    live_migration_with_native_tls      => true,
    live_migration_permit_post_copy     => true,
    live_migration_permit_auto_converge => true,
  }
}
