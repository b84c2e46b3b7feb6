# @summary The dashboard.
#
# uwsgi serves it as it does the APIs. puppet-horizon would bring Apache along, for this one page.
#
# @param processes
#   Worker processes.
class ocinstaller::profile::horizon (
  Integer[1] $processes = ocinstaller::workers(),
) {
  $home = '/etc/openstack-dashboard'
  $settings = "${home}/local_settings.d/_9000_oci.py"
  $uwsgi = "${home}/oci-uwsgi.ini"

  ocinstaller::certificate { 'horizon':
    directory => "${home}/oci",
    group     => 'www-data',
  }

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'www-data',
      mode   => '0640',
      ;
    $settings:
      backup    => false,
      show_diff => false,
      content   => Sensitive(epp('ocinstaller/horizon.py.epp', {
            'webroot'      => $ocinstaller::apis['horizon']['prefix'],
            'keystone_url' => ocinstaller::api_url('keystone', '/v3'),
            'ca_file'      => $ocinstaller::api_ca_file,
            'hosts'        => [$ocinstaller::vip_hostname, $ocinstaller::machine_hostname, $ocinstaller::machine_address],
            'secret'       => ocinstaller::secret('horizon').unwrap,
      })),
      ;
    $uwsgi:
      content => epp('ocinstaller/horizon-uwsgi.ini.epp', {
          'address'   => $ocinstaller::machine_address,
          'port'      => 7443,
          'tls'       => "${home}/oci",
          'processes' => $processes,
      }),
      ;
    '/etc/systemd/system/oci-horizon.service':
      group  => 'root',
      mode   => '0644',
      source => 'puppet:///modules/ocinstaller/oci-horizon.service',
      ;
  }
  ~> exec { 'unit of the dashboard':
    command     => ['/usr/bin/systemctl', 'daemon-reload'],
    refreshonly => true,
    before      => Ocinstaller::Service['oci-horizon'],
  }

  ocinstaller::service { 'oci-horizon':
    restart_on => [
      File[$settings],
      File[$uwsgi],
      File['/etc/systemd/system/oci-horizon.service'],
      Ocinstaller::Certificate['horizon'],
    ],
  }
}
