# @summary The cluster's APIs under one name, over TLS towards clients and controllers alike.
#
# @param stats_port
#   Port of the statistics page on this machine's own address.
# @param max_connections
#   Connections of clients at the same time.
class ocinstaller::profile::haproxy (
  Stdlib::Port $stats_port      = 8088,
  Integer[100] $max_connections = 8000,
) {
  $vip_hostname = $ocinstaller::vip_hostname

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      backup => false,
      ;
    '/etc/haproxy/oci':
      ensure => directory,
      mode   => '0700',
      ;
    '/etc/haproxy/oci/api.pem':
      source    => "/etc/ssl/oci/${vip_hostname}.pem",
      mode      => '0600',
      show_diff => false,
      ;
    '/etc/haproxy/oci/machine.pem':
      source    => "/etc/ssl/oci/${ocinstaller::machine_hostname}.pem",
      mode      => '0600',
      show_diff => false,
      ;
    '/etc/haproxy/haproxy.cfg':
      mode         => '0600',
      content      => Sensitive(epp('ocinstaller/haproxy.cfg.epp', {
            'apis'            => $ocinstaller::apis,
            'databases'       => pick($ocinstaller::peers['mariadb'], []),
            'vip_address'     => $ocinstaller::vip_address,
            'own_address'     => $ocinstaller::machine_address,
            'database_port'   => $ocinstaller::database_port,
            'stats_port'      => $stats_port,
            'stats_password'  => ocinstaller::secret('haproxy_stats').unwrap,
            'max_connections' => $max_connections,
            'ca_file'         => $ocinstaller::ca_file,
      })),
      validate_cmd => '/usr/sbin/haproxy -c -q -f %',
      require      => [File['/etc/haproxy/oci/api.pem'], File['/etc/haproxy/oci/machine.pem']],
      ;
  }

  # A connection takes a descriptor on either side; haproxy refuses to start with fewer.
  $descriptors = $max_connections * 2 + 1000

  ocinstaller::service { 'haproxy':
    restart_on    => [
      File['/etc/haproxy/haproxy.cfg'],
      File['/etc/haproxy/oci/api.pem'],
      File['/etc/haproxy/oci/machine.pem'],
    ],
    unit_settings => ["LimitNOFILE=${descriptors}"],
    reload        => true,
  }
}
