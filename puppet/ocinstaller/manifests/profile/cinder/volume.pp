# @summary Volumes on this machine's own disks: logical volumes, exported by iSCSI.
#
# @param volume_group
#   The volume group, which the installation made.
class ocinstaller::profile::cinder::volume (
  String[1] $volume_group = "${ocinstaller::cluster_name}vol${ocinstaller::machine_hostname.match(/(\d+)\./)[1]}vg0",
) {
  include ocinstaller::profile::cinder::common

  $backend = 'LVM_1'

  class { 'cinder::volume':
    manage_service => false,
  }
  cinder::backend::iscsi { $backend:
    target_ip_address => $ocinstaller::machine_address,
    target_helper     => 'tgtadm',
    volume_group      => $volume_group,
    lvm_type          => 'auto',
  }
  class { 'cinder::backends':
    enabled_backends => [$backend],
  }

  ocinstaller::service { 'cinder-volume':
    restart_on => [Anchor['cinder::config::end']],
  }
}
