# @summary Who founds the data base's cluster and who joins it, at every start, decided by its state.
#
# @param tls
#   Directory of the certificate and key that MariaDB uses.
class ocinstaller::profile::mariadb::start (
  Stdlib::Absolutepath $tls,
) {
  include ocinstaller::programs

  $members = $ocinstaller::peers['mariadb'].reduce({}) |$known, $peer| {
    $known + { $peer['hostname'] => $peer['address'] }
  }
  $unit = '/etc/systemd/system/oci-galera-agent.service'

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
      ;
    '/etc/mysql/oci-galera.json':
      content => stdlib::to_json_pretty({
          'own'       => $ocinstaller::machine_hostname,
          'members'   => $members,
          'may_found' => $ocinstaller::is_bootstrap and $ocinstaller::initial_cluster_setup,
          'tls'       => $tls,
          'ca_file'   => $ocinstaller::ca_file,
      }),
      ;
    '/usr/local/lib/oci/galera.py':
      mode   => '0755',
      source => 'puppet:///modules/ocinstaller/galera.py',
      ;
    '/etc/tmpfiles.d/oci-galera.conf':
      content => "d /run/oci-galera 0750 mysql mysql\n",
      ;
    '/run/oci-galera':
      ensure => directory,
      owner  => 'mysql',
      group  => 'mysql',
      mode   => '0750',
      ;
    $unit:
      content => file('ocinstaller/oci-galera-agent.service'),
      ;
  }

  exec { 'unit of oci-galera-agent':
    command     => ['/usr/bin/systemctl', 'daemon-reload'],
    refreshonly => true,
    subscribe   => File[$unit],
  }
  -> ocinstaller::service { 'oci-galera-agent':
    restart_on => [File[$unit], File['/usr/local/lib/oci/galera.py'], Ocinstaller::Certificate['mariadb']],
    require    => [File['/etc/mysql/oci-galera.json'], File['/run/oci-galera']],
  }
}
