# @summary Time from the cluster's servers.
#
# A container shares its host's clock and must leave it alone.
class ocinstaller::profile::chrony {
  if !($facts['virtual'] in ['systemd_nspawn', 'lxc', 'docker', 'podman', 'container_other']) {
    class { 'chrony':
      servers       => $ocinstaller::time_servers,
      local_stratum => false,
      config_keys   => '',
      service_name  => 'chrony',
    }
    contain chrony
  }
}
