# @summary Time from the cluster's servers, or from Debian's where the cluster names none.
#
# A container shares its host's clock and must leave it alone.
class ocinstaller::profile::chrony {
  $containers = ['systemd_nspawn', 'lxc', 'docker', 'podman', 'container_other']

  unless $ocinstaller::time_servers.empty or $facts['virtual'] in $containers {
    class { 'chrony':
      servers       => $ocinstaller::time_servers,
      local_stratum => false,
      config_keys   => '',
      service_name  => 'chrony',
    }
    contain chrony
  }
}
